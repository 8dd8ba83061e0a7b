/** Writes the codes of shared/errors into docs/errors.md; with `--check` it only says whether the page is current. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { errorCodes, requestCodes } from '#shared/errors';

const page = join(process.cwd(), 'docs', 'errors.md');

/** What stands between two marks is made from the code; the rest of the page is written by hand. */
const parts: Readonly<Record<string, string>> = {
  codes: table(
    ['Code', 'When', 'What to do', 'Again'],
    Object.entries(errorCodes).map(([code, { when, remedy, again }]) => [`\`${code}\``, when, remedy, again]),
  ),
  'request codes': table(
    ['Code', 'When'],
    Object.entries(requestCodes).map(([code, when]) => [`\`${code}\``, when]),
  ),
};

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n');
}

/** @throws {Error} when the page has lost the marks */
function fill(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name}: \`npm run errors\` -->`, `<!-- end of ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`docs/errors.md has no ${begin} … ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}

async function main(): Promise<void> {
  const committed = readFileSync(page, 'utf8');
  const filled = Object.entries(parts).reduce((text, [name, content]) => fill(text, name, content), committed);
  const printed = await format(filled, { ...(await resolveConfig(page)), parser: 'markdown' });
  const isCurrent = printed === committed;
  if (!process.argv.includes('--check')) {
    if (!isCurrent) writeFileSync(page, printed);
    console.log(isCurrent ? 'docs/errors.md is current' : 'Wrote docs/errors.md');
  } else if (!isCurrent) {
    console.log('docs/errors.md is not what shared/errors says\nRun `npm run errors` and commit what it changes');
    process.exitCode = 1;
  }
}

void main();
