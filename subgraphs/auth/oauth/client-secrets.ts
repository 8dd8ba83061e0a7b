import { type Client, type KoaContextWithOIDC } from 'oidc-provider';
import { matchesClientSecret } from '../clients/client-authentication';
import { type SessionWork } from '../sessions/session.service';
import { errors } from './load-engine';

const maxCredentialLength = 256;

/** "Too many": RFC 6585 §4, in the words of RFC 6749 §5.2. */
class TooManyAttempts extends errors.InvalidClient {
  override readonly status = 429;
  override readonly statusCode = 429;
}

/**
 * Whether a secret is one of the client's. Wrong ones are counted per client id, and past the limit a client is not heard,
 * even with the right one. Every refusal takes one hash's time.
 */
export async function compareClientSecret(
  work: SessionWork,
  ctx: KoaContextWithOIDC | undefined,
  { clientId, secret }: { readonly clientId: string; readonly secret: string },
): Promise<boolean> {
  const { clientAttempts, hasher } = work.ports;
  const waitSeconds = clientAttempts.waitSeconds(clientId, work.at);
  if (waitSeconds > 0) {
    ctx?.set('retry-after', String(waitSeconds));
    throw new TooManyAttempts('too many failed attempts');
  }
  const isRight =
    secret.length <= maxCredentialLength
      ? await matchesClientSecret(work, clientId, secret)
      : await hasher.matches(null, secret.slice(0, maxCredentialLength));
  if (isRight) clientAttempts.succeeded(clientId);
  else clientAttempts.failed(clientId, work.at);
  return isRight;
}

/** A client there is none of costs a guesser what a wrong secret does, and tells as little. */
export async function refuseUnknownClient(work: SessionWork, ctx: KoaContextWithOIDC, clientId: string): Promise<void> {
  const offersSecret = ctx.headers.authorization !== undefined || ctx.oidc.params?.['client_secret'] !== undefined;
  if (offersSecret)
    await compareClientSecret(work, ctx, { clientId: clientId.slice(0, maxCredentialLength), secret: '' });
}

/** The engine's own comparison needs the secret itself; this one needs its hashes. */
export function useHashedSecrets(
  ClientModel: { readonly prototype: Client },
  compare: (clientId: string, secret: string) => Promise<boolean>,
): void {
  ClientModel.prototype.compareClientSecret = function (this: Client, secret: string) {
    return compare(this.clientId, secret);
  };
}
