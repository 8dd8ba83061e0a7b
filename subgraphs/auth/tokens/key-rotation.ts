import { type DataSource, LessThanOrEqual, MoreThan } from 'typeorm';
import { inTransaction } from '#shared/database';
import { SigningKey } from './signing-key.entity';

/**
 * Lets the next key sign and the present one retire, in one transaction. Of several processes that do so at once, one
 * succeeds and the others change nothing.
 * @returns how many keys began to sign: 1 or 0
 */
export async function promote(
  source: DataSource,
  { number }: Pick<SigningKey, 'number'>,
  { at, retireAt }: { readonly at: Date; readonly retireAt: Date },
): Promise<number> {
  return inTransaction(source, async (manager) => {
    const keys = manager.getRepository(SigningKey);
    const { affected = 0 } = await keys.update({ number, status: 'PENDING' }, { status: 'PENDING', notBefore: at });
    if (affected === 0) return 0;
    await keys.update({ status: 'ACTIVE' }, { status: 'RETIRING', retireAt });
    await keys.update({ number }, { status: 'ACTIVE' });
    return 1;
  });
}

/** Keys whose last token has expired are published no more, and nobody can sign with them again. */
export async function retire(source: DataSource, at: Date): Promise<number> {
  const { affected = 0 } = await source
    .getRepository(SigningKey)
    .update({ status: 'RETIRING', retireAt: LessThanOrEqual(at) }, { status: 'RETIRED', wrappedPrivateKey: '' });
  return affected;
}

/** Brings forward when the next key begins to sign; never puts it off. */
export async function advance(source: DataSource, to: (next: SigningKey) => Date): Promise<void> {
  const keys = source.getRepository(SigningKey);
  const next = await keys.findOneBy({ status: 'PENDING' });
  if (!next) return;
  const notBefore = to(next);
  await keys.update({ number: next.number, status: 'PENDING', notBefore: MoreThan(notBefore) }, { notBefore });
}

/** @returns false when there is no such key to withdraw */
export async function revoke(source: DataSource, kid: string, at: Date): Promise<boolean> {
  return inTransaction(source, async (manager) => {
    const keys = manager.getRepository(SigningKey);
    const withdrawn = { status: 'REVOKED', wrappedPrivateKey: '', retireAt: at } as const;
    for (const status of ['PENDING', 'ACTIVE', 'RETIRING'] as const) {
      const { affected = 0 } = await keys.update({ kid, status }, withdrawn);
      if (affected === 0) continue;
      if (status === 'ACTIVE') await keys.update({ status: 'PENDING' }, { status: 'ACTIVE', notBefore: at });
      return true;
    }
    return false;
  });
}
