import { type Html, html } from './html';
import { type Language } from './words';

/** One page, before it is put into the document around it. */
export interface Page {
  /** Says the state of the page: the browser's tab and a screen reader begin with it. */
  readonly title: string;
  /** The title of a page with something to mend begins with that. */
  readonly hasProblems?: boolean;
  /** HTTP status. */
  readonly status: number;
  /** Only a page that talks to an authenticator has a script. */
  readonly needsScript?: boolean;
  readonly body: Html;
}

/** Where the two files of the pages are served, from the document's own origin. */
export interface AssetPaths {
  readonly stylesheet: string;
  readonly passkeyScript: string;
}

/** The whole document: no inline script, no inline style, nothing from elsewhere. */
export function renderDocument(page: Page, { locale, words }: Language, assets: AssetPaths): string {
  const title = page.hasProblems === true ? words.errorTitle(page.title) : page.title;
  const script = page.needsScript === true ? html`<script src="${assets.passkeyScript}" defer></script>` : null;
  return html`<!doctype html>
    <html lang="${locale}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${title} – ${words.product}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${assets.stylesheet}" />
        ${script}
      </head>
      <body>
        <header class="top">${mark}<span>${words.product}</span></header>
        <main id="content" class="card">${page.body}</main>
      </body>
    </html> `.toString();
}

/** Two overlapping rings: a lens over a lesion. Decoration, so nothing reads it out. */
const mark = html`<svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
  <circle cx="13" cy="13" r="9" />
  <circle class="lesion" cx="13" cy="13" r="3.5" />
  <path d="M20 20l8 8" />
</svg>`;
