import { Field, ID, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { Encrypted, PhiSubject, TenantEntity } from '#shared/database';
import { DateTime, Phi } from '#shared/graphql';
import { CodeColumn, IdColumn, IntegerColumn, ReferenceColumn, TimeColumn } from '#shared/tables';
import { type DeviceKind, MfaKindEnum } from './mfa.codes';

@ObjectType({ description: 'A second factor that somebody has enrolled. Its secret never leaves the platform again.' })
@RequireScopes('auth:users:self', 'auth:users:write')
@PhiSubject<MfaDevice>((device) => device.userId)
@Entity('mfa_devices')
export class MfaDevice extends TenantEntity {
  @Field(() => ID)
  @IdColumn('mfa')
  id!: string;

  @ReferenceColumn('usr')
  userId!: string;

  @Field(() => MfaKindEnum)
  @CodeColumn()
  kind!: DeviceKind;

  @Field(() => String, { nullable: true, description: 'What its owner calls it' })
  @Phi('DIRECT_IDENTIFIER')
  @Encrypted('DIRECT_IDENTIFIER')
  label!: string | null;

  /** TOTP: the shared key in base32 (RFC 6238). */
  @Encrypted('DIRECT_IDENTIFIER')
  secret!: string | null;

  /** TOTP: the time step of the last code taken, so that none is taken twice (RFC 6238 §5.2). */
  @IntegerColumn()
  lastStep!: number;

  /** Null until its owner has shown that it works. */
  @Field(() => DateTime, { nullable: true })
  @TimeColumn({ nullable: true })
  enrolledAt!: Date | null;

  @Field(() => DateTime, { nullable: true })
  @TimeColumn({ nullable: true })
  lastUsedAt!: Date | null;
}
