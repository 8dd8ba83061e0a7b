import { type Browser, type BrowserContext, type Page } from 'playwright-core';
import { testBrowser } from './config';

/** What a person's browser is like. */
export interface BrowserLook {
  readonly colorScheme?: 'light' | 'dark';
  /** Of the viewport, in CSS pixels. */
  readonly width?: number;
  readonly javaScript?: boolean;
  readonly locale?: string;
}

/** A window, and what went on in it. */
export interface TestWindow {
  readonly page: Page;
  /** What the Content Security Policy refused, and errors of the console. Zero for a page in order. */
  readonly complaints: readonly string[];
  /** Requests to anything but this machine. They are not let through. */
  readonly external: readonly string[];
  /**
   * Violations of axe-core's rules, best practices included: `rule: element`.
   * @param tags only rules with one of these tags; absent: all
   */
  axe(tags?: string[]): Promise<string[]>;
  /** By how many pixels the page is wider than its window. */
  overflow(): Promise<number>;
  close(): Promise<void>;
}

export interface TestBrowser {
  open(look?: BrowserLook): Promise<TestWindow>;
}

const launchTimeoutMs = 60_000;

/**
 * Tests in a real Chromium. Where there is none they are skipped, and it is said; with REQUIRE_SERVICES=1 that is a
 * failure. `CHROMIUM_PATH` names one that is not in the usual places.
 */
export function describeInBrowser(name: string, define: (browser: TestBrowser) => void): void {
  const { path, isRequired } = testBrowser;
  if (path === null && !isRequired) {
    // eslint-disable-next-line no-console -- whoever runs the tests must see what was left out
    console.warn(`Not run in a browser: ${name}. There is no Chromium; CHROMIUM_PATH may name one.`);
    describe.skip(name, () => define({ open: () => Promise.reject(new Error('There is no Chromium')) }));
    return;
  }
  describe(name, () => {
    let browser: Browser;
    beforeAll(async () => {
      if (path === null) throw new Error('There is no Chromium, and REQUIRE_SERVICES=1 wants one');
      browser = await launch(path);
    }, launchTimeoutMs);
    afterAll(() => (browser as Browser | undefined)?.close());
    define({ open: (look = {}) => openWindow(browser, look) });
  });
}

async function launch(executablePath: string): Promise<Browser> {
  // Loaded here: most suites of the platform need no browser.
  const { chromium } = await import('playwright-core');
  return chromium.launch({
    executablePath,
    args: [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
    ],
  });
}

async function openWindow(
  browser: Browser,
  { colorScheme = 'light', width = 1_000, javaScript = true, locale = 'en-GB' }: BrowserLook,
): Promise<TestWindow> {
  const viewport = { width, height: 800 };
  const context = await browser.newContext({ colorScheme, viewport, javaScriptEnabled: javaScript, locale });
  const complaints: string[] = [];
  const external: string[] = [];
  await watch(context, complaints, external);
  const page = await context.newPage();
  return {
    page,
    complaints,
    external,
    axe: (tags) => findViolations(page, tags),
    overflow: () => page.evaluate('document.documentElement.scrollWidth - window.innerWidth'),
    close: () => context.close(),
  };
}

async function watch(context: BrowserContext, complaints: string[], external: string[]): Promise<void> {
  await context.exposeBinding('reportRefusal', (_source, what: string) => complaints.push(what));
  await context.addInitScript(
    "document.addEventListener('securitypolicyviolation', (event) => window.reportRefusal(event.violatedDirective + ': ' + event.blockedURI));",
  );
  context.on('console', (message) => {
    // A page with a status of 400 and above is an error for the console; the tests look at the status themselves.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text());
    }
  });
  context.on('weberror', (error) => complaints.push(String(error.error())));
  await context.route('**/*', async (route) => {
    const { protocol, hostname } = new URL(route.request().url());
    if (protocol === 'data:' || hostname === '127.0.0.1' || hostname === 'localhost') {
      await route.continue();
      return;
    }
    external.push(route.request().url());
    await route.abort();
  });
}

async function findViolations(page: Page, tags?: string[]): Promise<string[]> {
  const { AxeBuilder } = await import('@axe-core/playwright');
  const axe = new AxeBuilder({ page });
  const { violations } = await (tags ? axe.withTags(tags) : axe).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}
