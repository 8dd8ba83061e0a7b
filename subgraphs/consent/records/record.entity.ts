import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { Encrypted, patientVisibility, PhiSubject, TenantEntity, VisibleBy } from '#shared/database';
import { ConflictError } from '#shared/errors';
import { ActorSnapshot, DateTime, Phi } from '#shared/graphql';
import { CodeColumn, FlagColumn, IdColumn, JsonColumn, ReferenceColumn, TimeColumn } from '#shared/tables';
import { type ConsentPurpose } from '../types/type.codes';
import {
  type CaptureChannel,
  CaptureChannelEnum,
  type ConsentStatus,
  ConsentStatusEnum,
  type DecisionKind,
  DecisionKindEnum,
} from './record.codes';
import { ConsentProvision } from './provision';

@ObjectType({ description: 'What one patient has said to one text.' })
@Directive('@key(fields: "id")')
@Phi()
@RequireScopes('consent:records:read', 'consent:records:self')
@VisibleBy<ConsentRecord>('patient_visibility', patientVisibility('consent:records:read'))
@PhiSubject<ConsentRecord>((record) => record.patientId)
@Entity('consent_records')
export class ConsentRecord extends TenantEntity {
  @Field(() => ID)
  @IdColumn('cns')
  id!: string;

  @ReferenceColumn('pat')
  patientId!: string;

  @ReferenceColumn('ctp')
  typeId!: string;

  @ReferenceColumn('ctv')
  textVersionId!: string;

  /** The type's purpose, repeated here so that a decision reads one table. */
  @CodeColumn()
  purpose!: ConsentPurpose;

  @Field(() => ConsentStatusEnum)
  @CodeColumn()
  status!: ConsentStatus;

  @Field(() => DecisionKindEnum)
  @CodeColumn()
  decision!: DecisionKind;

  @Field(() => [ConsentProvision])
  @Encrypted('CLINICAL')
  provisions!: ConsentProvision[];

  /** In clear: a decision must not have to decrypt to learn that there is nothing. Null: not known. */
  @FlagColumn({ nullable: true })
  hasProvisions!: boolean | null;

  @Field(() => CaptureChannelEnum)
  @CodeColumn()
  channel!: CaptureChannel;

  @Field(() => ActorSnapshot)
  @JsonColumn()
  capturedBy!: ActorSnapshot;

  @Field(() => DateTime)
  @TimeColumn()
  validFrom!: Date;

  @Field(() => DateTime, { nullable: true })
  @TimeColumn({ nullable: true })
  validUntil!: Date | null;

  @Field(() => DateTime, { nullable: true })
  @TimeColumn({ nullable: true })
  withdrawnAt!: Date | null;

  @Field(() => String, { nullable: true })
  @Encrypted('CLINICAL')
  withdrawalReason!: string | null;

  /** @throws {ConflictError} when already withdrawn: the first withdrawal is the legal one. */
  withdraw(at: Date, reason: string | null): void {
    if (this.withdrawnAt) throw new ConflictError('This consent is already withdrawn');
    if (this.status !== 'GRANTED') throw new ConflictError('Only a granted consent can be withdrawn');
    this.status = 'WITHDRAWN';
    this.withdrawnAt = at;
    this.withdrawalReason = reason;
  }

  /** A newer capture of the same type takes this one's place. */
  supersede(): void {
    this.status = 'SUPERSEDED';
  }
}
