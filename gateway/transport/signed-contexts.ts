import { type Actor, type InternalSigner, signActorContext } from '#shared/auth';
import { BoundedCache } from '../cache';

/** A signature lives 60 s; used for half of that, one that is sent late is still good when it arrives. */
const reuseMs = 30_000;
const maxContexts = 2_000;

interface SignedContext {
  readonly token: Promise<string>;
  readonly signedAt: number;
}

/** Signed actor contexts, reused for a short while: one signature costs more than the rest of a small request. */
export class SignedContexts {
  private readonly contexts = new BoundedCache<string, SignedContext>(maxContexts);

  constructor(private readonly signer: InternalSigner) {}

  /** @param audience name of the subgraph that will be asked */
  async sign(actor: Actor | null, audience: string): Promise<string> {
    const key = `${audience}\n${identityOf(actor)}`;
    const known = this.contexts.get(key);
    if (known && Date.now() - known.signedAt < reuseMs) return known.token;
    const token = signActorContext(this.signer, actor, audience);
    this.contexts.set(key, { token, signedAt: Date.now() });
    return token;
  }
}

/** All of the actor: two tokens of one subject may differ in scopes or organisation, and must never share a signature. */
function identityOf(actor: Actor | null): string {
  return JSON.stringify(actor && { ...actor, scopes: [...actor.scopes] });
}
