import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { describeInBrowser, type TestWindow } from '#shared/testing';
import { assetPaths, assets } from './assets';
import { gallery } from './gallery.fixture';
import { pageHeaders } from './page-headers';
import { renderDocument } from './page';
import { languageOf } from './words';

const english = languageOf('en-GB');
const pages = gallery(english);
const names = Object.keys(pages);

let server: Server;
let url: string;
const sent: URLSearchParams[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? '/';
    const asset = assets.find((one) => one.path === path);
    if (asset) {
      response.writeHead(200, { 'content-type': asset.contentType }).end(asset.content);
      return;
    }
    if (request.method === 'POST') {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        sent.push(new URLSearchParams(Buffer.concat(chunks).toString()));
        response.writeHead(303, { location: '/signed-out' }).end();
      });
      return;
    }
    const page = pages[path.slice(1)];
    if (!page) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(page.status, pageHeaders({ needsScript: page.needsScript === true, isSecure: false }));
    response.end(renderDocument(page, english, assetPaths));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Which element has the keyboard, as a person hears it: `tag: its label or text`. */
function focused({ page }: TestWindow): Promise<string> {
  return page.evaluate(`(() => {
    const element = document.activeElement;
    const label = element.labels && element.labels[0] ? element.labels[0] : element;
    return element.tagName.toLowerCase() + ': ' + label.textContent.trim();
  })()`);
}

describeInBrowser('every page, in a browser', (browser) => {
  describe('nothing that axe objects to in light or dark, nothing the policy refuses, nothing too wide for 320 pixels', () => {
    let window: TestWindow;
    beforeAll(async () => {
      window = await browser.open();
    });
    afterAll(() => window.close());

    test.each(names)('%s', async (name) => {
      const { page, complaints, external } = window;
      await page.setViewportSize({ width: 1_000, height: 800 });
      await page.emulateMedia({ colorScheme: 'light' });
      await page.goto(`${url}/${name}`);
      expect(await window.axe()).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      // Of axe's rules, only these look at colours; the elements are the same as before.
      expect(await window.axe(['cat.color'])).toEqual([]);
      await page.setViewportSize({ width: 320, height: 640 });
      expect(await window.overflow()).toBeLessThanOrEqual(0);
      expect({ complaints, external }).toEqual({ complaints: [], external: [] });
    });
  });

  test('somebody with a keyboard alone signs in', async () => {
    const window = await browser.open();
    const { page } = window;
    await page.goto(`${url}/sign-in`);
    expect(await focused(window)).toBe('input: E-mail address');
    await page.keyboard.type('amara@northfield.example');
    await page.keyboard.press('Tab');
    expect(await focused(window)).toBe('input: Password');
    await page.keyboard.type('correct horse');
    const rest: string[] = [];
    for (let stop = 0; stop < 5; stop += 1) {
      await page.keyboard.press('Tab');
      rest.push(await focused(window));
    }
    expect(rest).toEqual([
      'button: Sign in',
      'button: Sign in with a passkey',
      'button: Cancel',
      'a: Forgotten your password?',
      'a: Create an account',
    ]);
    await page.focus('#password');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/signed-out');
    expect(Object.fromEntries(sent.at(-1)!)).toEqual({
      ...{ form_token: 'token', email: 'amara@northfield.example', password: 'correct horse' },
    });
    await window.close();
  });

  test('what is wrong is in the title, in a summary that leads to it, beside its field, and has the focus', async () => {
    const window = await browser.open();
    const { page } = window;
    await page.goto(`${url}/registration-wrong`);
    expect(await page.title()).toBe('Error: Create an account – SA Platform');
    expect(await focused(window)).toBe('input: Last name');
    const summary = page.getByRole('alert', { name: 'There is a problem' });
    expect(await summary.getByRole('link').allTextContents()).toEqual([
      'Enter the name',
      'Enter an e-mail address, like name@example.org',
      'This password is too short',
    ]);
    await summary.getByRole('link').last().click();
    expect(await focused(window)).toBe('input: New password');
    const description = await page.locator('#password').getAttribute('aria-describedby');
    expect(description).toBe('password-hint password-error');
    expect(await page.locator('#password').getAttribute('aria-invalid')).toBe('true');
    await window.close();
  });

  test('without JavaScript forms are sent all the same, and the passkey page says what it needs', async () => {
    const window = await browser.open({ javaScript: false });
    const { page } = window;
    await page.goto(`${url}/device`);
    await page.getByLabel('Code shown on the device').fill('BDWP-HQPK');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL('**/signed-out');
    expect(sent.at(-1)!.get('user_code')).toBe('BDWP-HQPK');
    await page.goto(`${url}/passkey`);
    expect(await page.locator('noscript p').isVisible()).toBe(true);
    await window.close();
  });
});
