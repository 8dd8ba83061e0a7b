import type * as Engine from 'oidc-provider';

/** What the engine says at load on Node 20, on which it is tested here all the same. */
const runtimeNotice = 'oidc-provider WARNING: Unsupported runtime.';

/** Loads the engine without that one notice; whatever else is written to the console while it loads is let through. */
function load(): typeof Engine {
  const { warn } = console;
  // eslint-disable-next-line no-console -- the engine knows no other way to be told
  console.warn = (...parts: unknown[]) => {
    if (typeof parts[0] !== 'string' || !plain(parts[0]).startsWith(runtimeNotice)) warn(...parts);
  };
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import statement would run before the line above
    return require('oidc-provider') as typeof Engine;
  } finally {
    // eslint-disable-next-line no-console -- as it was
    console.warn = warn;
  }
}

/** Without the colours it writes to a terminal. */
function plain(text: string): string {
  // eslint-disable-next-line no-control-regex -- the escape character is what begins a colour
  return text.replaceAll(/\u001B\[[\d;]*m/g, '');
}

const engine = load();

export const { errors, interactionPolicy, default: Provider } = engine;
