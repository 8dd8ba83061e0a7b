import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { Administered, Encrypted, PhiSubject, TenantEntity } from '#shared/database';
import { DateTime, enumOf, Phi } from '#shared/graphql';
import { CodeColumn, IdColumn, JsonColumn, ReferenceColumn, TimeColumn } from '#shared/tables';
import { assertReachable, type UserStatus, userStatuses } from './user.machine';

export const UserStatusEnum = enumOf('UserStatus', userStatuses);

@ObjectType({
  description: 'A person with an account in the organisation: staff, a patient, or somebody who acts for one.',
})
@Directive('@key(fields: "id")')
@Phi('DIRECT_IDENTIFIER')
@RequireScopes('auth:users:read', 'auth:users:self')
@PhiSubject<User>((user) => user.id)
@Administered()
@Entity('users')
export class User extends TenantEntity {
  @Field(() => ID)
  @IdColumn('usr')
  id!: string;

  @Encrypted('DIRECT_IDENTIFIER', { name: 'email' })
  emailAddress!: string | null;

  @Encrypted('DIRECT_IDENTIFIER', { name: 'phone_number' })
  phone!: string | null;

  @Field(() => String, { nullable: true, description: 'Null once the person has been erased' })
  @Encrypted('DIRECT_IDENTIFIER')
  firstName!: string | null;

  @Field(() => String, { nullable: true })
  @Encrypted('DIRECT_IDENTIFIER')
  lastName!: string | null;

  @Field(() => UserStatusEnum)
  @CodeColumn()
  status!: UserStatus;

  @Field(() => String, { nullable: true, description: 'Why it was last changed by hand' })
  @Encrypted('DIRECT_IDENTIFIER')
  statusReason!: string | null;

  /** The patients they are or may act for; `…:self` scopes reach these. */
  @JsonColumn()
  patientIds!: string[];

  @ReferenceColumn('pra', { nullable: true })
  practitionerId!: string | null;

  @Field(() => DateTime, { nullable: true })
  @TimeColumn({ nullable: true })
  lastLoginAt!: Date | null;

  @Field(() => DateTime, { nullable: true })
  @TimeColumn({ nullable: true })
  deletedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Subject of the token of whoever deleted the account' })
  @CodeColumn({ nullable: true })
  deletedBy!: string | null;

  @Field(() => String, { nullable: true })
  displayName(): string | null {
    return [this.firstName, this.lastName].filter(Boolean).join(' ') || null;
  }

  /** @throws {DomainError} ILLEGAL_TRANSITION */
  become(status: UserStatus, { at, by, reason }: { at: Date; by: string; reason: string }): void {
    assertReachable(this.status, status);
    this.status = status;
    this.statusReason = reason;
    if (status !== 'DELETED') return;
    // What stays: the row with its names, for the records that name this person, until their keys are destroyed.
    this.deletedAt = at;
    this.deletedBy = by;
    this.patientIds = [];
  }

  /** Whoever registered has shown that the address is theirs. */
  verify(): void {
    if (this.status === 'PENDING_VERIFICATION') this.status = 'ACTIVE';
  }

  /** The first sign-in accepts the invitation. */
  accept(): void {
    if (this.status === 'INVITED') this.status = 'ACTIVE';
  }
}
