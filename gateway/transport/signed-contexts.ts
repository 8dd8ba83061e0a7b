import { type Actor, type InternalSigner, signActorContext } from '#shared/auth';
import { BoundedCache } from '#shared/cache';

/** A signature lives 60 s; used for half of that, one that is sent late is still good when it arrives. */
const reuseMs = 30_000;
const maxContexts = 20_000;

interface SignedContext {
  /** A promise until the signature is made. */
  token: string | Promise<string>;
  /** 0 when it could not be made, so that the next one tries anew. */
  signedAt: number;
}

/** Signed actor contexts, reused for a short while: one signature costs more than the rest of a small request. */
export class SignedContexts {
  private readonly contexts = new BoundedCache<string, SignedContext>(maxContexts);
  /** The same by caller and audience: a token is verified once and used for many requests. */
  private readonly byActor = new WeakMap<Actor, Map<string, SignedContext>>();

  constructor(private readonly signer: InternalSigner) {}

  /** @param audience name of the subgraph that will be asked */
  sign(actor: Actor | null, audience: string): string | Promise<string> {
    const known = actor && this.byActor.get(actor)?.get(audience);
    if (known && isFresh(known)) return known.token;
    const context = this.find(`${audience}\n${identityOf(actor)}`, () =>
      signActorContext(this.signer, actor, audience),
    );
    if (actor) {
      const ofActor = this.byActor.get(actor) ?? new Map<string, SignedContext>();
      this.byActor.set(actor, ofActor.set(audience, context));
    }
    return context.token;
  }

  private find(key: string, sign: () => Promise<string>): SignedContext {
    const known = this.contexts.get(key);
    if (known && isFresh(known)) return known;
    const signing = sign();
    const context: SignedContext = { token: signing, signedAt: Date.now() };
    void signing.then(
      (token) => (context.token = token),
      () => (context.signedAt = 0),
    );
    this.contexts.set(key, context);
    return context;
  }
}

function isFresh({ signedAt }: SignedContext): boolean {
  return Date.now() - signedAt < reuseMs;
}

/** All of the actor: two tokens of one subject may differ in scopes or organisation, and must never share a signature. */
function identityOf(actor: Actor | null): string {
  return JSON.stringify(actor && { ...actor, scopes: [...actor.scopes] });
}
