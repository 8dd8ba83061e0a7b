import { missingServices } from './config';

/** What tests may need beside Node, on this machine. */
export type TestService = 'MySQL' | 'Redis';

const services: readonly TestService[] = ['MySQL', 'Redis'];

/**
 * Tests of one describe block that need a service. Where it is not there they are skipped and say why; with
 * REQUIRE_SERVICES=1 they run, and fail.
 */
export function describeOn(service: TestService, name: string, tests: () => void): void {
  if (missingServices.has(service)) describe.skip(`${name} (not run: there is no ${service} here)`, tests);
  else describe(name, tests);
}

/**
 * The same tests for each case. One whose name begins with that of a service needs it: `MySQL`, `Redis Streams`.
 * @param title with `%s` for the name of the case
 */
export function describeEachOn<Case>(
  cases: Readonly<Record<string, Case>>,
  title: string,
  tests: (name: string, one: Case) => void,
): void {
  for (const [name, one] of Object.entries(cases)) {
    const service = services.find((needed) => name.startsWith(needed));
    const run = (): void => {
      tests(name, one);
    };
    if (service) describeOn(service, title.replace('%s', name), run);
    else describe(title.replace('%s', name), run);
  }
}
