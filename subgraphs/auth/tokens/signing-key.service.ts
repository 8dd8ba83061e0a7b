import { NotFoundError } from '#shared/errors';
import { type SystemAccess } from '#shared/subgraph';
import { type AuthPorts } from '../ports';
import { advance, revoke } from './key-rotation';
import { type SigningKey } from './signing-key.entity';

interface KeyWork {
  readonly ports: AuthPorts;
  readonly system: SystemAccess;
  readonly at: Date;
}

/** Every key there was, the newest first. */
export function listSigningKeys({ ports, system }: KeyWork): Promise<SigningKey[]> {
  return ports.signingKeys.list(system.source);
}

/**
 * Lets the next key sign as soon as it may: at once when it has been published for long enough, which it has unless keys
 * were rotated a moment ago. Tokens of the present key stand until they expire.
 */
export async function rotateSigningKey(work: KeyWork): Promise<SigningKey[]> {
  const { ports, system, at } = work;
  // Makes the next key where there is none yet, and does what is due already.
  await ports.signingKeys.keep(system.source, at);
  await advance(system.source, (next) => laterOf(at, ports.signingKeys.mayActAfter(next)));
  await ports.signingKeys.keep(system.source, at);
  return listSigningKeys(work);
}

/**
 * Withdraws a key that somebody else may have: it is published no more, its tokens are refused as soon as verifiers look
 * again, and the next key signs at once, published long enough or not.
 * @throws {DomainError} NOT_FOUND for a key that is not published
 */
export async function revokeSigningKey(work: KeyWork, kid: string): Promise<SigningKey[]> {
  const { ports, system, at } = work;
  if (!(await revoke(system.source, kid, at))) throw new NotFoundError('SigningKey');
  await ports.signingKeys.keep(system.source, at);
  ports.signingKeys.forget();
  return listSigningKeys(work);
}

function laterOf(a: Date, b: Date): Date {
  return a > b ? a : b;
}
