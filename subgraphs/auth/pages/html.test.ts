import fc from 'fast-check';
import { attributes, html } from './html';
import { pageHeaders } from './page-headers';
import { chooseLanguage, instantText } from './words';

test('no text becomes markup, in content or in an attribute, and none of it is lost', () => {
  const characters: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", '#96': '`', amp: '&' };
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const written = html`<p title="${text}">${text}</p>`.toString();
      const [, inAttribute = '', inContent = ''] = /^<p title="([^"<>]*)">([^<>]*)<\/p>$/.exec(written) ?? [];
      const read = (escaped: string): string => escaped.replace(/&([^;]+);/g, (_, name: string) => characters[name]!);
      expect([read(inAttribute), read(inContent)]).toEqual([text, text]);
    }),
  );
});

test('attributes that are false or null are left out, true ones have no value', () => {
  const written = attributes({ id: 'a"b', hidden: true, class: null, disabled: false });
  expect(html`<i${written}></i>`.toString()).toBe('<i id="a&quot;b" hidden></i>');
});

describe('the policy of a page', () => {
  const policyFor = (redirectUri?: string): string =>
    pageHeaders({ needsScript: false, isSecure: true, ...(redirectUri !== undefined && { redirectUri }) })[
      'content-security-policy'
    ]!;

  test('lets a form lead to the client that asks, and to nobody else', () => {
    expect(policyFor('https://desk.example/callback?a=b')).toContain("form-action 'self' https://desk.example");
    expect(policyFor('http://127.0.0.1:49152/done')).toContain("form-action 'self' http://127.0.0.1:49152");
    expect(policyFor('org.example.capture:/signed-in')).toContain("form-action 'self' org.example.capture:");
    expect(policyFor()).toMatch(/form-action 'self'$/);
  });

  test('has no script unless the page needs one, and never an inline one', () => {
    expect(policyFor()).not.toContain('script-src');
    const rules = { needsScript: true, isSecure: false };
    expect(pageHeaders(rules)['content-security-policy']).toContain("script-src 'self';");
    expect(pageHeaders(rules)['content-security-policy']).not.toMatch(/unsafe|nonce/);
  });

  test('asks for TLS from then on where there is TLS', () => {
    expect(pageHeaders({ needsScript: false, isSecure: true })['strict-transport-security']).toContain('max-age=');
    expect(pageHeaders({ needsScript: false, isSecure: false })['strict-transport-security']).toBeUndefined();
  });
});

test('the first language of the browser that the pages speak is theirs', () => {
  expect(chooseLanguage('fr-FR,en-us;q=0.9,en-GB;q=0.8').locale).toBe('en-US');
  expect(chooseLanguage('de').locale).toBe('en-GB');
  expect(chooseLanguage(undefined).locale).toBe('en-GB');
  expect(chooseLanguage('en-US').words.organisation).toBe('Organization');
  const at = new Date('2026-03-04T14:35:00Z');
  expect([instantText(at, 'en-GB'), instantText(at, 'en-US')]).toEqual([
    '4 March at 14:35 UTC',
    expect.stringMatching(/^March 4 at 2:35\sPM UTC$/),
  ]);
});
