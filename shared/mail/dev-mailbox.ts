import { type Mailer, type MailMessage, messageIdOf } from './mailer';

/** Mails kept; the oldest go first. */
const capacity = 500;

export interface KeptMail {
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly sentAt: string;
}

/** A mailer that sends nothing: it keeps the last mails in memory for a developer to read. Never on disk, as mail holds PHI. */
export class DevMailbox implements Mailer {
  readonly provider = 'dev-mailbox';
  private readonly kept = new Map<string, KeptMail>();

  constructor(private readonly from: string) {}

  async send({ deliveryId, to, subject, text }: MailMessage): Promise<{ messageId: string; hasArrived: boolean }> {
    const messageId = messageIdOf(deliveryId, this.from);
    // As a mailbox does: what it has seen it does not show again.
    if (!this.kept.has(messageId))
      this.kept.set(messageId, { messageId, to, subject, text, sentAt: new Date().toISOString() });
    const [oldest] = this.kept.keys();
    if (this.kept.size > capacity && oldest !== undefined) this.kept.delete(oldest);
    return { messageId, hasArrived: true };
  }

  /** Oldest first. */
  list(): KeptMail[] {
    return [...this.kept.values()];
  }
}
