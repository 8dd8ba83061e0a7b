import {
  type AuditRecord,
  batchHash,
  canonicalText,
  genesisHash,
  leafHash,
  merkleRoot,
  type SealedLink,
  type SealedRecord,
} from '#shared/audit';
import { type Region } from '#shared/auth';
import { newId } from '#shared/ids';

/** A piece of a chain as a subgraph sends it. */
export interface Sent {
  readonly records: SealedRecord[];
  readonly links: SealedLink[];
}

/** The chain of another subgraph, as its sealer makes it. */
export class OtherChain {
  private sequence = 0;
  private hash = genesisHash;
  private number = 0;
  private readonly userId = newId('usr');

  constructor(private readonly organisation: { organisationId: string; region: Region }) {}

  /** One link with these records. */
  seal(...records: Partial<AuditRecord>[]): Sent {
    const sealed = records.map((changes, index) => ({
      ...{ id: newId('aud'), sequence: this.sequence + 1 + index },
      record: canonicalText({ ...this.plain(), ...changes }),
    }));
    const { organisationId } = this.organisation;
    const [firstSequence, lastSequence] = [this.sequence + 1, this.sequence + records.length];
    const root = merkleRoot(sealed.map(({ record }) => leafHash(record)));
    this.hash = batchHash({ previousHash: this.hash, root, count: records.length, organisationId, lastSequence });
    this.sequence = lastSequence;
    this.number += 1;
    return { records: sealed, links: [{ number: this.number, firstSequence, lastSequence, hash: this.hash }] };
  }

  private plain(): AuditRecord {
    return {
      ...{ ...this.organisation, at: new Date(), action: 'Case.read', category: 'READ', resourceType: 'Case' },
      ...{ resourceId: newId('case'), resourceCount: 1, patientId: newId('pat'), purpose: 'DIRECT_CARE' },
      ...{ purposeBasis: 'DECLARED', outcome: 'SUCCESS', reason: null, operationName: 'CasePage' },
      ...{ correlationId: 'test', consentRecordId: null, breakGlass: false, breakGlassGrantId: null },
      actor: { kind: 'user', subject: this.userId, userId: this.userId, clientId: null, roles: ['DOCTOR'], act: null },
    };
  }
}
