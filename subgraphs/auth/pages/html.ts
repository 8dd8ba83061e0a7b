/** Markup that is safe to send: only the tag below makes it, and it escapes whatever is put in. */
export class Html {
  constructor(
    private readonly markup: string,
    key: typeof constructionKey,
  ) {
    if (key !== constructionKey) throw new TypeError('Html is made by the template tag `html` only');
  }

  toString(): string {
    return this.markup;
  }
}

const constructionKey = Symbol('html');

/** What a template takes. Null leaves nothing behind; a string is text, never markup. */
export type HtmlValue = string | number | null | Html | readonly Html[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

function escapeText(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => entities[character] ?? '');
}

function render(value: HtmlValue): string {
  if (value === null) return '';
  if (value instanceof Html) return value.toString();
  if (typeof value === 'object') return value.map(String).join('');
  return escapeText(String(value));
}

/** Template tag: the text between is markup, the values are text. Write every attribute value in double quotes. */
export function html(markup: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const parts = markup.map((part, index) => part + render(values[index] ?? null));
  return new Html(parts.join(''), constructionKey);
}

/** Attributes that come and go: false and null leave one out, true writes it without a value. */
export function attributes(given: Readonly<Record<string, string | boolean | null>>): Html {
  const written = Object.entries(given).flatMap(([name, value]): Html[] => {
    if (value === null || value === false) return [];
    // A name is never a value of somebody else's: all are written in this folder.
    return [value === true ? html` ${name}` : html` ${name}="${value}"`];
  });
  return html`${written}`;
}
