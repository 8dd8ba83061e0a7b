import { Entity } from 'typeorm';
import { Encrypted, PhiSubject, TenantEntity, WithoutHistory } from '#shared/database';
import { CodeColumn, IdColumn, IntegerColumn, ReferenceColumn, TimeColumn } from '#shared/tables';

export const accountMailKinds = [
  ...(['INVITATION', 'VERIFY_EMAIL', 'RESET_PASSWORD', 'ALREADY_REGISTERED'] as const),
  ...(['PASSWORD_CHANGED', 'SECOND_FACTOR_CHANGED', 'RECOVERY_CODE_USED'] as const),
] as const;
export type AccountMailKind = (typeof accountMailKinds)[number];

/** A mail as it goes out. Its text may hold a secret link. */
export interface AccountMessage {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/**
 * A mail about somebody's account that is to be sent. Its words wait here under the person's own key and are gone once
 * it is sent: they hold an address and perhaps a secret link, so they travel by no event.
 */
@WithoutHistory('nothing: a mail is no record of anything, and no copy of its secrets may stay behind')
@PhiSubject<AccountMail>((mail) => mail.userId)
@Entity('account_mails')
export class AccountMail extends TenantEntity {
  @IdColumn('aml')
  id!: string;

  @ReferenceColumn('usr')
  userId!: string;

  @CodeColumn()
  kind!: AccountMailKind;

  @CodeColumn()
  status!: 'QUEUED' | 'SENT' | 'DEAD';

  @Encrypted('DIRECT_IDENTIFIER')
  message!: AccountMessage | null;

  @IntegerColumn()
  attempts!: number;

  /** When it is to be sent, or its lease ends. */
  @TimeColumn()
  dueAt!: Date;

  /** No use in sending it later: its link has expired. */
  @TimeColumn()
  usefulUntil!: Date;

  @TimeColumn({ nullable: true })
  sentAt!: Date | null;

  @CodeColumn({ nullable: true })
  error!: string | null;
}
