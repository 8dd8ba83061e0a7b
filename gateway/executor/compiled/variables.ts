type Variables = Readonly<Record<string, unknown>>;

/** Writes the variables that one fetch uses, as JSON text. Those the caller left out stay out: null is another thing. */
export function compileVariables(usages: readonly string[] | undefined): (given: Variables) => string {
  if (!usages?.length) return () => '{}';
  const prefixes = usages.map((name) => ({ name, prefix: `${JSON.stringify(name)}:` }));
  return (given) => {
    let text = '';
    for (const { name, prefix } of prefixes) {
      const value = Object.hasOwn(given, name) ? given[name] : undefined;
      if (value !== undefined) text += (text ? ',' : '') + prefix + JSON.stringify(value);
    }
    return `{${text}}`;
  };
}
