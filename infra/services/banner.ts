import { type DemoFile } from '../demo/demo';
import { type StartedProcess } from './platform';

export interface BannerFacts {
  readonly urls: DemoFile['urls'];
  readonly started: readonly StartedProcess[];
  readonly dataDirectory: string;
  readonly demo: DemoFile | null;
  readonly readyInMs: number;
}

/** What the person who typed `npm run services` sees first: that it works, where, as whom, and what to try next. */
export function banner({ urls, started, dataDirectory, demo, readyInMs }: BannerFacts): string {
  const seconds = (readyInMs / 1000).toFixed(1);
  const lines = [
    '',
    `  SA Platform 0.1.0   services: ${String(started.length)} processes, MySQL, Redis   ready in ${seconds} s`,
    '',
    '  process         state   start',
    ...started.map(({ name, startedInMs }) => `  ${name.padEnd(15)} ready   ${String(startedInMs).padStart(4)} ms`),
    '',
    `  GraphQL         ${urls['graphql'] ?? ''}`,
    `  subscriptions   ${urls['ws'] ?? ''}`,
    `  tokens          ${urls['token'] ?? ''}`,
    `  health          ${urls['health'] ?? ''}`,
    `  metrics         ${urls['metrics'] ?? ''}`,
    `  processes       ${dataDirectory}/processes.json`,
    '',
    ...(demo ? signIns(demo, dataDirectory) : []),
    ...(started.some(({ name }) => name === 'simulators')
      ? ['  The AI and payment providers are simulators, not for clinical use. Ctrl-C stops.']
      : ['  Ctrl-C stops.']),
    '',
  ];
  return lines.join('\n');
}

function signIns({ users, organisations }: DemoFile, dataDirectory: string): string[] {
  const [first] = organisations;
  const shown = users.filter(({ organisationId }) => organisationId === first?.id);
  return [
    `  demo sign-ins (${first?.name ?? ''}; all of them are in ${dataDirectory}/demo.json)`,
    ...shown.map(({ email, password, roles }) => `  ${email.padEnd(32)} ${password.padEnd(14)} ${roles.join(', ')}`),
    '',
    `  next            npm run case -- ${dataDirectory}/melanoma.jpg --demo ${dataDirectory}/demo.json`,
    '',
  ];
}
