import { type Actor } from '#shared/auth';

/** The longest time that a timer can be set for: 24 days. */
const longestTimerMs = 2 ** 31 - 1;

/** Calls back when the token ends. @returns for when that does not matter any more */
export function endOfToken({ expiresAt }: Actor, onEnd: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    const leftMs = expiresAt.getTime() - Date.now();
    if (leftMs <= 0) {
      onEnd();
      return;
    }
    timer = setTimeout(wait, Math.min(leftMs, longestTimerMs));
    timer.unref();
  };
  // Never within the call: whoever calls has yet to take note of what is returned.
  timer = setTimeout(wait, 0);
  return () => {
    clearTimeout(timer);
  };
}
