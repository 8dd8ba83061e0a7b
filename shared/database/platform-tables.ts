import { Entity, PrimaryColumn, Column } from 'typeorm';
import { CodeColumn, TextColumn, TimeColumn, column, idTransformer, migration } from '#shared/tables';

/** Every stored version of every row, so that a record can be read as it stood at an instant. */
@Entity('entity_history')
export class HistoryRow {
  @PrimaryColumn({ name: 'org_id', type: 'blob', transformer: idTransformer('org') })
  organisationId!: string;

  @PrimaryColumn({ type: 'varchar' })
  tableName!: string;

  @PrimaryColumn({ type: 'varchar' })
  rowId!: string;

  @PrimaryColumn({ type: 'int' })
  version!: number;

  @TimeColumn()
  validFrom!: Date;

  @CodeColumn()
  changedBy!: string;

  /** The row as stored, as JSON: what is ciphertext there is ciphertext here, under the same key. */
  @TextColumn()
  image!: string;
}

/** What an idempotency key was first used for, and what came of it. */
@Entity('idempotency_keys')
export class IdempotencyRow {
  @PrimaryColumn({ name: 'org_id', type: 'blob', transformer: idTransformer('org') })
  organisationId!: string;

  /** The client or user who sent it: keys of two callers never meet. */
  @PrimaryColumn({ type: 'varchar' })
  caller!: string;

  @PrimaryColumn({ name: 'idempotency_key', type: 'varchar' })
  key!: string;

  @CodeColumn()
  operation!: string;

  /** Keyed hash of the request: tells another request apart without keeping this one. */
  @CodeColumn()
  requestHash!: string;

  @CodeColumn()
  resourceId!: string;

  @TimeColumn()
  expiresAt!: Date;
}

/** A wrapped data key of one subject and category; `wrapped` is null once it has been destroyed. */
@Entity('subject_keys')
export class SubjectKeyRow {
  @PrimaryColumn({ name: 'org_id', type: 'blob', transformer: idTransformer('org') })
  organisationId!: string;

  @PrimaryColumn({ type: 'varchar' })
  subjectId!: string;

  @PrimaryColumn({ type: 'varchar' })
  category!: string;

  @Column({ name: 'key_version', type: 'int' })
  version!: number;

  @TextColumn({ nullable: true })
  wrapped!: string | null;
}

export const platformEntities = [HistoryRow, IdempotencyRow, SubjectKeyRow];

export const platformMigrations = [
  migration('1764000000001-create-platform-tables', async (schema) => {
    await schema.createTable(
      'entity_history',
      {
        org_id: column.id,
        table_name: column.code,
        row_id: column.code,
        version: column.integer,
        valid_from: column.time,
        changed_by: column.code,
        image: column.text,
      },
      ['org_id', 'table_name', 'row_id', 'version'],
    );
    await schema.createTable(
      'idempotency_keys',
      {
        org_id: column.id,
        caller: column.code,
        idempotency_key: column.codeOf(128),
        operation: column.code,
        request_hash: column.code,
        resource_id: column.code,
        expires_at: column.time,
      },
      ['org_id', 'caller', 'idempotency_key'],
      { indexes: [['expires_at']] },
    );
    await schema.createTable(
      'subject_keys',
      {
        org_id: column.id,
        subject_id: column.code,
        category: column.code,
        key_version: column.integer,
        wrapped: column.text.orNull,
      },
      ['org_id', 'subject_id', 'category'],
    );
  }),
];
