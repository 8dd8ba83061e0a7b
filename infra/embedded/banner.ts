import { join } from 'node:path';
import { type DemoFile } from '../demo/demo';
import { type EmbeddedPlatform } from './start-platform';

interface Start {
  readonly dataDirectory: string;
  readonly readyInMs: number;
}

/** What the person who typed `npm start` sees first: that it works, where, as whom, and what to try next. */
export function banner(platform: EmbeddedPlatform, demo: DemoFile | null, { dataDirectory, readyInMs }: Start): string {
  const { url, running } = platform;
  const picture = join(dataDirectory, 'melanoma.jpg');
  const file = join(dataDirectory, 'demo.json');
  const demoOption = file === join('.data', 'demo.json') ? '' : ` --demo ${file}`;
  const lines = [
    '',
    `  SA Platform 0.1.0   embedded: one process, SQLite, simulators   ready in ${(readyInMs / 1000).toFixed(1)} s`,
    '',
    '  subgraph        state   start',
    ...running.map(({ name, startedInMs }) => `  ${name.padEnd(15)} ready   ${String(startedInMs).padStart(4)} ms`),
    '',
    `  GraphQL         ${url}/graphql`,
    `  subscriptions   ${url.replace('http', 'ws')}/graphql`,
    `  tokens          ${url}/v1/oauth/token`,
    `  health          ${url}/health/ready`,
    `  metrics         ${url}/metrics`,
    '',
    ...(demo ? signIns(demo, file) : []),
    '  next            a skin case from referral to payment, the same by a human reviewer alone, and the whole suite:',
    `                  npm run case -- ${picture}${demoOption}`,
    `                  npm run case -- ${picture}${demoOption} --flow human`,
    '                  npm test',
    '',
    '  The AI and payment providers are simulators, not for clinical use. Ctrl-C stops.',
    '',
  ];
  return lines.join('\n');
}

function signIns({ users, organisations }: DemoFile, file: string): string[] {
  const [first] = organisations;
  const shown = users.filter(({ organisationId }) => organisationId === first?.id);
  return [
    `  demo sign-ins (${first?.name ?? ''}; all of them are in ${file})`,
    ...shown.map(({ email, password, roles }) => `  ${email.padEnd(32)} ${password.padEnd(14)} ${roles.join(', ')}`),
    '',
  ];
}
