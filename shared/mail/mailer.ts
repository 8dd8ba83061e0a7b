/** A mail to one person. It holds PHI: never log it. */
export interface MailMessage {
  /** The delivery it is: mailing one delivery twice makes two mails of one Message-ID, which a mailbox shows once. */
  readonly deliveryId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface Mailer {
  /** Name of the provider, as deliveries show it. */
  readonly provider: string;
  /**
   * Hands a mail over.
   * @returns its Message-ID, and whether it is known to be in the recipient's mailbox or only on its way
   * @throws {MailerError}
   */
  send(message: MailMessage): Promise<{ readonly messageId: string; readonly hasArrived: boolean }>;
}

/** A mail was not taken. Says nothing of whom it was for: what mail servers answer quotes addresses. */
export class MailerError extends Error {
  override readonly name = 'MailerError';

  constructor(
    readonly code: 'MAILER_UNAVAILABLE' | 'MAILER_TIMEOUT' | 'MAIL_REFUSED',
    /** No use in trying again: the server knows no such address, or will not have such a mail. */
    readonly isPermanent: boolean,
  ) {
    super(code);
  }
}

/**
 * RFC 5322 §3.6.4. The same for every attempt of one delivery, so that mailboxes and relays can tell a repetition.
 * @param from the sender's address, whose domain makes the id unique in the world
 */
export function messageIdOf(deliveryId: string, from: string): string {
  return `<${deliveryId}@${from.slice(from.lastIndexOf('@') + 1).replace('>', '')}>`;
}
