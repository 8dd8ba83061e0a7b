import { Field, ID, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { Authenticated } from '#shared/auth';
import { TenantEntity, WithoutHistory } from '#shared/database';
import { DateTime } from '#shared/graphql';
import { CodeColumn, IdColumn, JsonColumn, ReferenceColumn, TimeColumn } from '#shared/tables';
import { type Amr } from '../mfa/mfa.codes';

export const sessionEnds = ['LOGGED_OUT', 'REVOKED', 'REUSED', 'IDLE'] as const;
export type SessionEnd = (typeof sessionEnds)[number];

/**
 * A person signed in with one application on one device: what they see in the list of their sessions. One session is one
 * family of refresh tokens, and ends with it.
 */
@ObjectType({ description: 'A sign-in that can still get tokens.' })
@Authenticated()
@WithoutHistory('the events auth.session.started and auth.session.ended say all that is ever asked about the past')
@Entity('sessions')
export class Session extends TenantEntity {
  @Field(() => ID)
  @IdColumn('ses')
  id!: string;

  @ReferenceColumn('usr')
  userId!: string;

  @ReferenceColumn('prd')
  productId!: string;

  /** The API client, or the product for those who signed in through `login`. */
  @CodeColumn()
  clientId!: string;

  /** The grant whose family of refresh tokens this is; see `OAuthRecords`. */
  @CodeColumn()
  grantHash!: string;

  /** The browser's sign-in it came from: signing out there ends it. */
  @CodeColumn({ nullable: true })
  browserHash!: string | null;

  @JsonColumn()
  methods!: Amr[];

  @TimeColumn()
  authenticatedAt!: Date;

  @Field(() => DateTime, { description: 'When it last got a token' })
  @TimeColumn()
  lastSeenAt!: Date;

  @Field(() => DateTime, { description: 'It ends then at the latest, or earlier when it is idle' })
  @TimeColumn()
  expiresAt!: Date;

  @TimeColumn({ nullable: true })
  endedAt!: Date | null;

  @CodeColumn({ nullable: true })
  endReason!: SessionEnd | null;

  @Field(() => String, { nullable: true, description: 'Browser and system, as far as they tell' })
  @CodeColumn({ nullable: true })
  device!: string | null;

  /** Keyed hash: two sessions of one address can be told to be so, the address cannot. */
  @CodeColumn({ nullable: true })
  ipHash!: string | null;

  isLiveAt(at: Date, idleSeconds: number): boolean {
    const idleUntil = this.lastSeenAt.getTime() + idleSeconds * 1_000;
    return this.endedAt === null && this.expiresAt > at && idleUntil > at.getTime();
  }
}
