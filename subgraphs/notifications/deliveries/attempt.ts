import { type UnitOfWork } from '#shared/database';
import { DomainError } from '#shared/errors';
import { MailerError } from '#shared/mail';
import { type Notification } from '../messages/notification.entity';
import { type NotificationsPorts } from '../ports';
import { type Contact } from '../recipients/contact.reader';
import { recipientPatientId } from '../recipients/recipient';
import { refusalToSend } from '../templates/phi-channel.policy';
import { type Template } from '../templates/template.entity';
import { fill, MissingValueError, valuesOf } from '../templates/variables';
import { addressHint } from './address-hint';
import { type Claim, renewClaim } from './delivery.service';
import { type NotificationDelivery } from './delivery.entity';
import { type Outcome } from './outcome';

/** What one claimed delivery is worked on with. */
export interface Task {
  readonly unit: UnitOfWork;
  readonly claim: Claim;
  readonly delivery: NotificationDelivery;
  readonly notification: Notification;
  readonly template: Template;
  readonly ports: NotificationsPorts;
}

/** Nobody to write to any more: the patient has been erased, or the keys of the message. */
class ErasedError extends Error {}

/**
 * Reads the recipient, asks the policy, writes the words and sends them. Runs outside any transaction.
 * @returns null when the claim was lost before anything left the platform
 */
export async function attempt(task: Task): Promise<Outcome | null> {
  try {
    const contact = await readContact(task);
    const { template, delivery } = task;
    const refusal = refusalToSend(template.phi, delivery.channel, contact?.permitsEmail ?? false);
    if (refusal) return { kind: 'suppressed', reason: refusal };
    const words = writeWords(task, contact);
    return delivery.channel === 'IN_APP' ? { kind: 'posted', ...words } : await mail(task, contact, words);
  } catch (error) {
    return outcomeOf(error);
  }
}

/** Users are written to without being read: nothing in their messages is about themselves. */
async function readContact({ delivery, ports, unit }: Task): Promise<Contact | null> {
  const patientId = recipientPatientId(delivery);
  if (patientId === null) return null;
  const { contacts } = ports;
  const reading =
    delivery.channel === 'EMAIL' ? contacts.forMail(patientId, unit.actor) : contacts.forInbox(patientId, unit.actor);
  const contact = await reading;
  if (!contact) throw new ErasedError();
  return contact;
}

interface Words {
  readonly title: string;
  readonly body: string;
}

function writeWords({ template, delivery, notification }: Task, contact: Contact | null): Words {
  const words = template.wordsFor(delivery.channel, contact?.locale ?? null);
  if (!words) throw new MissingValueError('The template has no words for this channel');
  if (!notification.facts) throw new ErasedError();
  const values = valuesOf(notification.facts, contact, { locale: words.locale, region: delivery.region });
  return { title: fill(words.subject ?? template.name, values), body: fill(words.body, values) };
}

async function mail(
  { unit, claim, ports }: Task,
  contact: Contact | null,
  { title, body }: Words,
): Promise<Outcome | null> {
  const to = contact?.email ?? null;
  if (to === null) return { kind: 'suppressed', reason: 'NO_ADDRESS' };
  if (!(await renewClaim(unit, claim, ports.timings.leaseMs))) return null;
  const { mailer } = ports;
  const { messageId, hasArrived } = await mailer.send({ deliveryId: claim.deliveryId, to, subject: title, text: body });
  return { kind: 'sent', receipt: { provider: mailer.provider, messageId, hasArrived, addressHint: addressHint(to) } };
}

/** @throws what is a bug or an outage of ours: the lease lapses and the delivery is due again. */
function outcomeOf(error: unknown): Outcome {
  if (error instanceof MailerError) return { kind: error.isPermanent ? 'hopeless' : 'failed', error: error.code };
  if (error instanceof ErasedError) return { kind: 'suppressed', reason: 'ERASED_SUBJECT' };
  if (error instanceof MissingValueError) return { kind: 'hopeless', error: 'TEMPLATE_VALUE_MISSING' };
  if (error instanceof DomainError && error.code === 'UPSTREAM_UNAVAILABLE')
    return { kind: 'unread', error: error.code };
  throw error;
}
