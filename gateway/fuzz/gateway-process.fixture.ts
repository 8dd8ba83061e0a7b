/** A gateway over the clinic in a process of its own: whether it crashes, stalls or swells can be told from outside. */
import { startTestGateway } from '../testing/test-gateway';

async function main(): Promise<void> {
  // Nobody is held to a rate or shed: what is looked for would hide behind 429 and 503.
  const overload = { inFlight: 100_000, turnMs: 60_000 };
  const gateway = await startTestGateway({ config: { rateLimits: null, overload } });
  await gateway.listen();
  // The fixture's own record of every fetch is no growth of the gateway's.
  const forgetting = setInterval(() => gateway.calls.splice(0), 100);
  const turns = watchTurns();
  process.on('message', () => {
    globalThis.gc?.();
    process.send?.({ ...process.memoryUsage(), longestTurnMs: turns.longestMs() });
  });
  process.once('disconnect', () => {
    clearInterval(forgetting);
    void gateway.close().finally(() => process.exit());
  });
  const scopes = [
    'clinical:patients:read',
    'clinical:cases:read',
    'clinical:cases:write',
    'reviews:human:read',
  ] as const;
  const bearer = await gateway.issuer.bearer(scopes, { lifetimeSeconds: 3_600 });
  const poor = await gateway.issuer.bearer([], { lifetimeSeconds: 3_600 });
  process.send?.({ url: gateway.url, bearer, poor });
}

/**
 * How long others have to wait while one request is worked on. In processor time: a machine that is busy with something
 * else makes everybody wait and says nothing about the gateway.
 */
function watchTurns(): { longestMs: () => number } {
  let longestMicros = 0;
  let before = process.cpuUsage();
  setInterval(() => {
    const { user, system } = process.cpuUsage(before);
    longestMicros = Math.max(longestMicros, user + system);
    before = process.cpuUsage();
  }, 10).unref();
  return { longestMs: () => longestMicros / 1000 };
}

void main();
