import { type Mailer } from '#shared/mail';
import { type PortHost } from '#shared/subgraph';
import { type DeliveryTimings, readDeliveryTimings } from './config';
import { contactReader, type ContactReader } from './recipients/contact.reader';

/** What the notifications subgraph needs of the world. */
export interface NotificationsPorts {
  readonly mailer: Mailer;
  readonly contacts: ContactReader;
  readonly timings: DeliveryTimings;
}

export function notificationsPorts({ environment, supergraph, mail }: PortHost): NotificationsPorts {
  const timings = readDeliveryTimings(environment);
  return { mailer: mail.mailer({ timeoutMs: timings.leaseMs * 0.8 }), contacts: contactReader(supergraph), timings };
}
