/** An address that its owner recognises and nobody else can read: `anna@clinic.example` becomes `a…@c….example`. */
export function addressHint(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  const lastDot = domain.lastIndexOf('.');
  const ending = lastDot > 0 ? domain.slice(lastDot) : '';
  return `${initial(address.slice(0, at))}@${initial(domain)}${ending}`;
}

function initial(text: string): string {
  const [first = ''] = text;
  return `${first}…`;
}
