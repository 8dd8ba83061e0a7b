import { type PortHost } from '#shared/subgraph';
import { readNotificationsConfig, type DeliveryTimings } from './config';
import { contactReader, type ContactReader } from './recipients/contact.reader';
import { DevMailbox } from './mail/dev-mailbox';
import { type Mailer } from './mail/mailer';
import { smtpMailer } from './mail/smtp-mailer';

/** What the notifications subgraph needs of the world. */
export interface NotificationsPorts {
  readonly mailer: Mailer;
  /** Where mail ends up when none is sent; null when mail leaves the process. */
  readonly mailbox: DevMailbox | null;
  readonly contacts: ContactReader;
  readonly timings: DeliveryTimings;
}

/** Chooses the adapters by the environment: SMTP when it has a server, the development mailbox otherwise. */
export function notificationsPorts({ environment, supergraph }: PortHost): NotificationsPorts {
  const { smtpUrl, from, timings } = readNotificationsConfig(environment);
  const mailbox = smtpUrl === null ? new DevMailbox(from) : null;
  const mailer = mailbox ?? smtpMailer({ url: smtpUrl ?? '', from, timeoutMs: timings.leaseMs * 0.8 });
  return { mailer, mailbox, contacts: contactReader(supergraph), timings };
}
