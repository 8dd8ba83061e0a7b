const administered = new Set<object>();

/**
 * Rows of this type say what others may do: accounts, clients, roles, organisations, keys. Each change of one is an audit
 * record of the category ADMIN, whether or not it is about a person.
 */
export function Administered(): ClassDecorator {
  return (target) => {
    administered.add(target);
  };
}

export function isAdministered(type: object): boolean {
  return administered.has(type);
}
