import {
  isArrayLiteralExpression,
  isIdentifier,
  isImportDeclaration,
  isNamedImports,
  isPropertyAssignment,
  isStringLiteral,
  type SourceFile,
} from 'typescript';
import { type Repository } from './repository';
import { entitiesBelow } from './source-rules';
import { textsOf, visit } from './syntax';

const migrationPath = /^subgraphs\/([^/]+)\/migrations\/(.+)\.ts$/;

export function everyMigrationIsNamedByItsTime({ sources }: Repository): string[] {
  return [...sources].flatMap(([path, source]) => {
    const name = migrationPath.exec(path)?.[2];
    if (name === undefined) return [];
    if (!/^\d{13}(-[a-z0-9]+){2,}$/.test(name)) return [`${path}: the name is <13 digits>-<verb>-<noun>`];
    return textsOf(source).includes(name) ? [] : [`${path}: the migration inside is not called ${name}`];
  });
}

export function migrationsRunInOrder({ sources }: Repository): string[] {
  return [...sources].flatMap(([path, source]) => {
    if (!/^subgraphs\/[^/]+\/index\.ts$/.test(path)) return [];
    const times = listedMigrations(source).map((file) => Number(/(\d{13})-[^/]*$/.exec(file)?.[1] ?? Number.NaN));
    const late = times.findIndex((time, index) => index > 0 && !(time > (times[index - 1] ?? 0)));
    return late === -1 ? [] : [`${path}: migration ${late + 1} of the list is not later than the one before it`];
  });
}

export function everyTableOfAnEntityHasAMigration(repository: Repository): string[] {
  const migrated = new Map<string, Set<string>>();
  for (const [path, source] of repository.sources) {
    const subgraph = migrationPath.exec(path)?.[1];
    if (subgraph !== undefined)
      migrated.set(subgraph, new Set([...(migrated.get(subgraph) ?? []), ...textsOf(source)]));
  }
  return entitiesBelow(repository, 'subgraphs/')
    .filter(({ path, table }) => !path.endsWith('.test.ts') && !migrated.get(path.split('/')[1] ?? '')?.has(table))
    .map(({ path, table }) => `${path}: no migration of the subgraph names the table ${table}`);
}

/** The files of `migrations: [a, b]`, in that order. */
function listedMigrations(source: SourceFile): string[] {
  const files = new Map<string, string>();
  const listed: string[] = [];
  visit(source, (node) => {
    if (isImportDeclaration(node) && isStringLiteral(node.moduleSpecifier)) {
      const bindings = node.importClause?.namedBindings;
      for (const { name } of bindings && isNamedImports(bindings) ? bindings.elements : [])
        files.set(name.text, node.moduleSpecifier.text);
    }
    if (!isPropertyAssignment(node) || node.name.getText() !== 'migrations') return;
    if (isArrayLiteralExpression(node.initializer))
      listed.push(...node.initializer.elements.filter(isIdentifier).map(({ text }) => text));
  });
  return listed.map((name) => files.get(name) ?? name);
}
