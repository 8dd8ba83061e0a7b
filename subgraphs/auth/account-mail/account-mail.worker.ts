import { type UnitOfWork } from '#shared/database';
import { MailerError } from '#shared/mail';
import { type Worker, type WorkerContext } from '#shared/subgraph';
import { type AuthPorts } from '../ports';
import { AccountMail } from './account-mail.entity';
import { claimMail, findDueMails, recordFailed, recordSent } from './account-mail.service';

/** Rests between attempts, as multiples of the base: with the default of a minute 1 m, 5 m, 30 m, 2 h. */
const rests = [1, 5, 30, 120] as const;

/**
 * Sends account mail: claim, send, record. Killed after the claim, the lease ends and another worker goes on; killed after
 * a mail has left, it leaves again under the same Message-ID, by which mailboxes tell the repetition.
 */
export const accountMailWorker: Worker<AuthPorts> = {
  name: 'account-mail',
  pollMs: 1_000,
  async run({ system, ports, log }) {
    const due = await findDueMails(system, new Date());
    const done = await Promise.all(due.map((mail) => send(mail, { system, ports, log })));
    return done.filter(Boolean).length;
  },
};

async function send(
  mail: AccountMail,
  work: Pick<WorkerContext<AuthPorts>, 'system' | 'ports' | 'log'>,
): Promise<boolean> {
  const { system, ports, log } = work;
  const { id } = mail;
  const unit = system.unitFor(mail, new Date());
  try {
    if (!(await claimMail(unit, mail, ports.config.ACCOUNT_MAIL_LEASE_MS))) return false;
    const { message, usefulUntil } = await unit.get(AccountMail, id);
    if (message === null || usefulUntil <= unit.at) {
      await recordFailed(unit, id, { error: message === null ? 'ERASED' : 'TOO_LATE', nextAt: null });
      return true;
    }
    await ports.mailer.send({ deliveryId: id, ...message });
    await recordSent(unit, id);
    return true;
  } catch (error) {
    if (error instanceof MailerError) return fail(unit, mail, { error, baseMs: ports.config.ACCOUNT_MAIL_RETRY_MS });
    log.error(
      { err: error, mailId: id },
      'An account mail could not be worked on; its lease ends and it is tried again',
    );
    return false;
  }
}

async function fail(
  unit: UnitOfWork,
  { id, attempts }: AccountMail,
  { error, baseMs }: { readonly error: MailerError; readonly baseMs: number },
): Promise<boolean> {
  const rest = error.isPermanent ? undefined : rests[attempts];
  const nextAt = rest === undefined ? null : new Date(Date.now() + rest * baseMs);
  await recordFailed(unit, id, { error: error.code, nextAt });
  return true;
}
