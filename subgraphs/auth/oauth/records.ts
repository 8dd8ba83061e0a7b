import { type Adapter, type AdapterPayload } from 'oidc-provider';
import { type DataSource, type EntityManager, IsNull, LessThan } from 'typeorm';
import { open, seal } from '#shared/crypto';
import { inTransaction, isUniqueViolation } from '#shared/database';
import { type PlatformKeys } from '../platform-keys/platform-keys';
import { errors } from './load-engine';
import { OAuthRecord } from './record.entity';

/** Kinds that live and die with the grant they were given under. */
const ofGrants: ReadonlySet<string> = new Set(['AuthorizationCode', 'RefreshToken', 'DeviceCode']);
const sweepSize = 500;

export interface RecordsOptions {
  readonly source: DataSource;
  readonly keys: PlatformKeys;
  /** Called when a grant has been revoked, with the hash it is known by. */
  readonly grantEnded: (grantHash: string, reason: 'REUSED' | 'REVOKED') => Promise<void>;
}

/**
 * What the OAuth engine remembers, in the auth database: no other store is needed, and any number of processes may share
 * it. Two promises the engine leaves to its store are kept here: an artefact is consumed once even when it is shown many
 * times at once, and nothing is added to a grant that has been revoked meanwhile.
 */
export class OAuthRecords {
  constructor(private readonly options: RecordsOptions) {}

  /** One kind of artefact, as the engine wants its store. */
  adapterOf(model: string): Adapter {
    return {
      find: (id) => this.find(model, 'idHash', id),
      findByUid: (uid) => this.find(model, 'uidHash', uid),
      findByUserCode: (userCode) => this.find(model, 'userCodeHash', userCode),
      upsert: (id, payload, expiresIn) => this.upsert({ model, id, payload, expiresIn }),
      consume: (id) => this.consume(model, id),
      destroy: (id) => this.destroy(model, id),
      revokeByGrantId: async (grantId) => this.revokeGrant(await this.grantHash(grantId), 'REVOKED'),
    };
  }

  grantHash(grantId: string): Promise<string> {
    return this.hash('Grant.id', grantId);
  }

  /** What a browser's session at the engine is known by. */
  browserHash(sessionUid: string): Promise<string> {
    return this.hash('Session.uid', sessionUid);
  }

  /** Ends a family: the grant, its codes and its refresh tokens, in one transaction. */
  async revokeGrant(grantHash: string, reason: 'REUSED' | 'REVOKED'): Promise<void> {
    await inTransaction(this.options.source, async (manager) => {
      const records = manager.getRepository(OAuthRecord);
      // The grant first: from then on nothing can be added to the family (see `insertUnder`).
      await records.delete({ model: 'Grant', idHash: grantHash });
      await records.delete({ grantHash });
    });
    await this.options.grantEnded(grantHash, reason);
  }

  /** Forgets everything of an account: grants, codes, refresh tokens, and the sessions of browsers. */
  async revokeAccount(accountId: string): Promise<void> {
    const accountHash = await this.hash('accountId', accountId);
    await inTransaction(this.options.source, async (manager) => {
      const records = manager.getRepository(OAuthRecord);
      const grants = await records.findBy({ model: 'Grant', accountHash });
      await records.delete({ model: 'Grant', accountHash });
      for (const { idHash } of grants) await records.delete({ grantHash: idHash });
      await records.delete({ accountHash });
    });
  }

  /** @returns how many expired records were removed; call again while it is not 0 */
  async sweep(at: Date): Promise<number> {
    const records = this.options.source.getRepository(OAuthRecord);
    const due = await records.find({
      select: { model: true, idHash: true },
      where: { expiresAt: LessThan(at) },
      take: sweepSize,
    });
    for (const { model, idHash } of due) await records.delete({ model, idHash, expiresAt: LessThan(at) });
    return due.length;
  }

  private async find(
    model: string,
    by: 'idHash' | 'uidHash' | 'userCodeHash',
    value: string,
  ): Promise<AdapterPayload | undefined> {
    const hash = await this.hash(fieldOf(model, by), value);
    const row = await this.options.source.getRepository(OAuthRecord).findOneBy({ model, [by]: hash });
    if (!row) return undefined;
    const payload = await this.unseal(row);
    return row.consumedAt ? { ...payload, consumed: Math.floor(row.consumedAt.getTime() / 1_000) } : payload;
  }

  private async upsert({ model, id, payload, expiresIn }: Upsert): Promise<void> {
    const { source, keys } = this.options;
    const idHash = await this.hash(fieldOf(model, 'idHash'), id);
    const grantHash = await this.grantHashOf(model, idHash, payload);
    const row = {
      ...{ model, idHash, grantHash },
      accountHash: await this.hashOrNull('accountId', payload.accountId),
      uidHash: await this.hashOrNull(fieldOf(model, 'uidHash'), payload.uid),
      userCodeHash: await this.hashOrNull(fieldOf(model, 'userCodeHash'), payload.userCode),
      payload: seal(await keys.sealingKey(source), addressOf(model, idHash), Buffer.from(JSON.stringify(payload))),
      expiresAt: new Date(Date.now() + (expiresIn ?? forgottenAfterSeconds) * 1_000),
    };
    await inTransaction(source, async (manager) => {
      if (grantHash !== null && ofGrants.has(model)) await assertGrantLives(manager, grantHash);
      await store(manager, row);
    });
  }

  private async consume(model: string, id: string): Promise<void> {
    const idHash = await this.hash(fieldOf(model, 'idHash'), id);
    const records = this.options.source.getRepository(OAuthRecord);
    const { affected } = await records.update({ model, idHash, consumedAt: IsNull() }, { consumedAt: new Date() });
    if (affected === 1) return;
    // Somebody has used it between the engine's look and now: the same as a use after it was used.
    const row = await records.findOneBy({ model, idHash });
    if (row?.grantHash) await this.revokeGrant(row.grantHash, 'REUSED');
    throw new errors.InvalidGrant('it has been used already');
  }

  private async destroy(model: string, id: string): Promise<void> {
    const idHash = await this.hash(fieldOf(model, 'idHash'), id);
    if (model === 'Grant') return this.revokeGrant(idHash, 'REVOKED');
    await this.options.source.getRepository(OAuthRecord).delete({ model, idHash });
  }

  private async grantHashOf(model: string, idHash: string, { grantId }: AdapterPayload): Promise<string | null> {
    if (model === 'Grant') return idHash;
    return ofGrants.has(model) ? this.hashOrNull('Grant.id', grantId) : null;
  }

  private async unseal({ model, idHash, payload }: OAuthRecord): Promise<AdapterPayload> {
    const { source, keys } = this.options;
    const text = open(await keys.sealingKey(source), addressOf(model, idHash), payload).toString('utf8');
    return JSON.parse(text) as AdapterPayload;
  }

  private hash(field: string, value: string): Promise<string> {
    return this.options.keys.hash(this.options.source, field, value);
  }

  private hashOrNull(field: string, value: unknown): Promise<string | null> {
    return typeof value === 'string' ? this.hash(field, value) : Promise.resolve(null);
  }
}

interface Upsert {
  readonly model: string;
  readonly id: string;
  readonly payload: AdapterPayload;
  readonly expiresIn: number | undefined;
}

/** The engine gives every kind of ours a lifetime; what ever came without one would not stay for good. */
const forgottenAfterSeconds = 86_400;

function fieldOf(model: string, by: 'idHash' | 'uidHash' | 'userCodeHash'): string {
  return `${model}.${{ idHash: 'id', uidHash: 'uid', userCodeHash: 'userCode' }[by]}`;
}

/** A payload opens at its own row only. */
function addressOf(model: string, idHash: string): string {
  return JSON.stringify(['oauth_records', model, idHash]);
}

/** Locked until the transaction ends, so that a revocation comes wholly before or wholly after (MariaDB knows no FOR SHARE). */
async function assertGrantLives(manager: EntityManager, grantHash: string): Promise<void> {
  const query = manager
    .getRepository(OAuthRecord)
    .createQueryBuilder('record')
    .where({ model: 'Grant', idHash: grantHash });
  const isMysql = manager.dataSource.options.type === 'mysql';
  const grant = await (isMysql ? query.setLock('pessimistic_write') : query).getOne();
  if (!grant) throw new errors.InvalidGrant('the grant has been revoked');
}

/** Assertions of clients are stored once and never again: the second is a replay, even when both come at once. */
async function store(manager: EntityManager, row: Omit<OAuthRecord, 'consumedAt'>): Promise<void> {
  const records = manager.getRepository(OAuthRecord);
  const { model, idHash, ...values } = row;
  const { affected } = model === 'ReplayDetection' ? { affected: 0 } : await records.update({ model, idHash }, values);
  if (affected !== 0) return;
  try {
    await records.insert({ ...row, consumedAt: null });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    if (model === 'ReplayDetection') throw new errors.InvalidClient('client assertions are used once');
    await records.update({ model, idHash }, values);
  }
}
