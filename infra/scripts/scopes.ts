/**
 * Writes what the schemas say of scopes into docs/scopes.md and the auth subgraph (which of them are about PHI); with
 * `--check` it only says whether both are current.
 */
import 'reflect-metadata';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { scopes } from '#shared/auth';
import { roleRegistry, scopeDescriptions, systemRoles } from '../../subgraphs/auth';
import { readRepository } from './architecture/repository';
import { type HarvestedScope, harvestScopes } from './architecture/scope-harvest';

const [begin, end] = ['<!-- scopes: `npm run scopes` -->', '<!-- end of scopes -->'];
const rootTypes = new Map([
  ['Query', 'queries'],
  ['Mutation', 'mutations'],
  ['Subscription', 'subscriptions'],
]);

/** Everything that is made, by path. */
const files: Readonly<Record<string, (committed: string) => string>> = {
  'docs/scopes.md': (committed) => {
    const [from, to] = [committed.indexOf(begin), committed.indexOf(end)];
    if (from === -1 || to < from) throw new Error(`docs/scopes.md has no ${begin} … ${end}`);
    return `${committed.slice(0, from + begin.length)}\n\n${[...tables(), rolesTable()].join('\n\n')}\n\n${committed.slice(to)}`;
  },
  'subgraphs/auth/scopes/phi-scopes.ts': () => {
    const phi = [...harvested.values()].filter((scope) => scope.phi).map(({ name }) => `'${name}'`);
    return `import { type Scope } from '#shared/auth';

/** Those that open fields about protected health information, by the schemas (\`npm run scopes\`). */
export const phiScopes: ReadonlySet<Scope> = new Set<Scope>([${phi.join(', ')}]);
`;
  },
};

const harvested = harvestScopes(readRepository(process.cwd()).schemas);

function tables(): string[] {
  const modules = [...new Set(scopes.map((name) => name.split(':')[0] ?? ''))];
  return modules.flatMap((module) => {
    const rows = scopes
      .filter((name) => name.startsWith(`${module}:`))
      .map((name) => {
        const scope = harvested.get(name);
        return [
          `\`${name}\``,
          scopeDescriptions[name],
          scope?.phi === true ? 'yes' : '',
          opens(scope),
          rolesWith(name),
        ];
      });
    const lines = [['Scope', 'What for', 'PHI', 'Opens', 'Roles'], ['---', '---', '---', '---', '---'], ...rows];
    return [`## ${module}`, lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')];
  });
}

/** The bundles, without what every role holds. */
function rolesTable(): string {
  const common = scopes.filter((name) => systemRoles.every((role) => roleRegistry[role].scopes.includes(name)));
  const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ') || '_nothing else_';
  const rows = systemRoles.map((role) => {
    const own = scopes.filter((name) => !common.includes(name) && roleRegistry[role].scopes.includes(name));
    return [role, roleRegistry[role].name, code(own)];
  });
  const lines = [['Role', 'Who', 'Scopes'], ['---', '---', '---'], ...rows];
  return [
    '## Roles',
    'A person with several roles holds the scopes of all of them.',
    `Every role holds ${code(common)}.`,
    lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n'),
  ].join('\n\n');
}

function opens(scope: HarvestedScope | undefined): string {
  if (!scope) return '_no field_';
  const groups = new Map<string, string[]>();
  for (const coordinate of scope.opens) {
    const [type = '', field] = coordinate.split('.');
    const root = rootTypes.get(type);
    const group = root ?? (field === undefined ? 'types' : 'fields');
    groups.set(group, [...(groups.get(group) ?? []), `\`${root && field ? field : coordinate}\``]);
  }
  return ['types', 'fields', 'queries', 'mutations', 'subscriptions']
    .flatMap((group) => {
      const names = groups.get(group);
      return names ? [`${group} ${names.join(', ')}`] : [];
    })
    .join('; ');
}

function rolesWith(name: (typeof scopes)[number]): string {
  const holders = systemRoles.filter((role) => roleRegistry[role].scopes.includes(name));
  if (holders.length === systemRoles.length) return 'every role';
  return holders.length === 0 ? '_none_' : holders.join(', ');
}

async function main(): Promise<void> {
  const isCheck = process.argv.includes('--check');
  for (const [file, make] of Object.entries(files)) {
    const path = join(process.cwd(), file);
    const committed = readFileSync(path, 'utf8');
    const made = await format(make(committed), { ...(await resolveConfig(path)), filepath: path });
    if (made === committed) {
      console.log(`${file} is current`);
    } else if (isCheck) {
      console.log(`${file} is not what the schemas say\nRun \`npm run scopes\` and commit what it changes`);
      process.exitCode = 1;
    } else {
      writeFileSync(path, made);
      console.log(`Wrote ${file}`);
    }
  }
}

void main();
