import { type IncomingMessage } from 'node:http';

/** Where a sign-in comes from, as far as the request tells. */
export interface Device {
  readonly userAgent: string | null;
  readonly ip: string | null;
}

export function deviceOf(request: IncomingMessage): Device {
  return { userAgent: request.headers['user-agent'] ?? null, ip: request.socket.remoteAddress ?? null };
}

// More particular first: Edge and Opera say they are Chrome too, and Chrome says it is Safari.
const browsers: readonly [RegExp, string][] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/\bChrom(?:e|ium)\/|\bCriOS\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const systems: readonly [RegExp, string][] = [
  [/\biPhone\b|\biPad\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];

/** "Firefox on Windows": words of ours only, whatever the header says. */
export function deviceLabel(userAgent: string | null): string | null {
  if (userAgent === null) return null;
  const [browser, system] = [nameOf(browsers, userAgent), nameOf(systems, userAgent)];
  if (browser === null) return system;
  return system === null ? browser : `${browser} on ${system}`;
}

function nameOf(known: readonly [RegExp, string][], userAgent: string): string | null {
  return known.find(([pattern]) => pattern.test(userAgent))?.[1] ?? null;
}
