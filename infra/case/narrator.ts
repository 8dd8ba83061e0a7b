const startedAt = performance.now();

/** One line of the story, with the time since the start. */
export function say(what: string, detail = ''): void {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(2).padStart(6);
  process.stdout.write(`${seconds} s  ${what.padEnd(22)} ${detail}\n`);
}
