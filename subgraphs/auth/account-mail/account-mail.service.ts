import { LessThanOrEqual, MoreThan } from 'typeorm';
import { type UnitOfWork } from '#shared/database';
import { newId } from '#shared/ids';
import { type SystemAccess } from '#shared/subgraph';
import { issueLink } from '../links/link.service';
import { type LinkPurpose } from '../links/one-time-link.entity';
import { Organisation } from '../organisations/organisation.entity';
import { type AuthPorts } from '../ports';
import { type User } from '../users/user.entity';
import { AccountMail, type AccountMailKind } from './account-mail.entity';
import { wordsOf } from './words';

const hourMs = 3_600_000;
/** A notice is worth sending for as long as a mail server may be down. */
const noticeUsefulMs = 24 * hourMs;
const dueAtOnce = 20;

/** Puts a mail with a link of its own into the box that the worker empties, in the transaction that gives reason for it. */
export async function queueLink(
  tx: UnitOfWork,
  ports: AuthPorts,
  mail: { user: User; purpose: LinkPurpose },
): Promise<void> {
  const { user, purpose } = mail;
  if (await hasHadEnough(tx, ports, user.id, purpose)) return;
  const { url, expiresAt } = await issueLink(tx, ports, { userId: user.id, purpose });
  await queue(tx, { user, kind: purpose, link: url, usefulUntil: expiresAt });
}

/** Tells a person what has happened to their account. */
export async function queueNotice(
  tx: UnitOfWork,
  ports: AuthPorts,
  { user, kind }: { user: User; kind: Exclude<AccountMailKind, LinkPurpose> },
): Promise<void> {
  if (await hasHadEnough(tx, ports, user.id, kind)) return;
  await queue(tx, { user, kind, usefulUntil: new Date(tx.at.getTime() + noticeUsefulMs) });
}

interface Queued {
  readonly user: User;
  readonly kind: AccountMailKind;
  readonly link?: string;
  readonly usefulUntil: Date;
}

async function queue(tx: UnitOfWork, { user, kind, link, usefulUntil }: Queued): Promise<void> {
  const { id: userId, emailAddress: to, firstName } = user;
  if (to === null) return; // erased: there is nobody to write to
  const organisation = (await tx.get(Organisation, tx.actor.organisationId)).name;
  const message = { to, ...wordsOf(kind, { firstName, organisation, ...(link !== undefined && { link }) }) };
  const times = { dueAt: tx.at, usefulUntil, sentAt: null };
  await tx.create(AccountMail, {
    ...{ id: newId('aml'), userId, kind, status: 'QUEUED', message, attempts: 0, ...times, error: null },
  });
}

async function hasHadEnough(
  tx: UnitOfWork,
  { config }: AuthPorts,
  ...[userId, kind]: [string, AccountMailKind]
): Promise<boolean> {
  const createdAt = MoreThan(new Date(tx.at.getTime() - hourMs));
  return (await tx.count(AccountMail, { userId, kind, createdAt })) >= config.ACCOUNT_MAILS_PER_HOUR;
}

/** What is due anywhere: ids and organisations, no words. */
export function findDueMails(system: SystemAccess, at: Date): Promise<AccountMail[]> {
  return system.source.getRepository(AccountMail).find({
    select: { id: true, organisationId: true, region: true, attempts: true },
    where: { status: 'QUEUED', dueAt: LessThanOrEqual(at) },
    order: { dueAt: 'ASC' },
    take: dueAtOnce,
  });
}

/** @returns whether this worker has it now, until the lease ends */
export async function claimMail(unit: UnitOfWork, mail: AccountMail, leaseMs: number): Promise<boolean> {
  const { id, attempts } = mail;
  const claimed = { attempts: attempts + 1, dueAt: new Date(unit.at.getTime() + leaseMs) };
  const due = { id, attempts, status: 'QUEUED' as const, dueAt: LessThanOrEqual(unit.at) };
  return (await unit.updateWhere(AccountMail, due, claimed)) === 1;
}

/** The words go with the sending; what stays is that a mail of this kind was sent. */
export async function recordSent(unit: UnitOfWork, id: string): Promise<void> {
  await unit.updateWhere(AccountMail, { id }, { status: 'SENT', sentAt: unit.at, message: null, error: null });
}

/** @param nextAt null: it is not tried again */
export async function recordFailed(
  unit: UnitOfWork,
  id: string,
  { error, nextAt }: { readonly error: string; readonly nextAt: Date | null },
): Promise<void> {
  const outcome = nextAt === null ? { status: 'DEAD' as const, message: null } : { dueAt: nextAt };
  await unit.updateWhere(AccountMail, { id }, { ...outcome, error });
}
