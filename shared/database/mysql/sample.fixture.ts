import { Column, Entity, PrimaryColumn } from 'typeorm';
import { newId } from '#shared/ids';
import {
  column,
  DayColumn,
  FlagColumn,
  IdColumn,
  idTransformer,
  IntegerColumn,
  JsonColumn,
  migration,
  MoneyColumn,
  NumberColumn,
  TextColumn,
  TimeColumn,
} from '#shared/tables';

/** A row with every kind of column, for the tests of both dialects. */
@Entity('samples')
export class Sample {
  @IdColumn('pat')
  id!: string;

  @PrimaryColumn({ name: 'org_id', type: 'blob', transformer: idTransformer('org') })
  organisationId!: string;

  @Column({ type: 'varchar' })
  region!: string;

  @IntegerColumn()
  version!: number;

  @TimeColumn()
  createdAt!: Date;

  @TimeColumn()
  updatedAt!: Date;

  @TextColumn()
  title!: string;

  @IntegerColumn()
  count!: number;

  @MoneyColumn()
  amountMinor!: number;

  @NumberColumn()
  ratio!: number;

  @FlagColumn()
  isOpen!: boolean;

  @DayColumn()
  day!: string;

  @JsonColumn()
  payload!: { list?: (number | string)[] };

  @TimeColumn({ nullable: true })
  seenAt!: Date | null;
}

/** Its name keeps it from being changed or deleted on MySQL. */
@Entity('audit_samples')
export class AuditSample {
  @IdColumn('aud')
  id!: string;

  @PrimaryColumn({ name: 'org_id', type: 'blob', transformer: idTransformer('org') })
  organisationId!: string;

  @TextColumn()
  note!: string;
}

export const createSamples = migration('1764000000800-create-samples', async (schema) => {
  const columns = {
    title: column.name,
    count: column.integer,
    amount_minor: column.money,
    ratio: column.number,
    is_open: column.flag,
    day: column.day,
    payload: column.text,
    seen_at: column.time.orNull,
  };
  await schema.createTenantTable('samples', columns, { indexes: [['title']] });
});

export const createAuditSamples = migration('1764000000801-create-audit-samples', async (schema) => {
  await schema.createTable('audit_samples', { org_id: column.id, id: column.id, note: column.text }, ['org_id', 'id']);
});

export function newSample(organisationId: string, title: string, count = 0): Sample {
  const at = new Date('2026-01-02T03:04:05.678Z');
  return Object.assign(new Sample(), {
    ...{ id: newId('pat'), organisationId, region: 'UK', version: 1, createdAt: at, updatedAt: at },
    ...{ title, count, amountMinor: 0, ratio: 0, isOpen: false, day: '2026-03-29', payload: {}, seenAt: null },
  });
}
