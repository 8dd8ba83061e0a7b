import { createTransport } from 'nodemailer';
import { type Mailer, MailerError, messageIdOf } from './mailer';

export interface SmtpOptions {
  /** `smtp://user:password@host:port`, or `smtps://` for TLS from the first byte. */
  readonly url: string;
  readonly from: string;
  /** Longest that one mail may take, from connecting to the server's last answer. */
  readonly timeoutMs: number;
}

/**
 * Sends mail by SMTP. Between machines it insists on TLS, since mail holds PHI; a connection is made for each mail, so
 * there is nothing to close.
 */
export function smtpMailer({ url, from, timeoutMs }: SmtpOptions): Mailer {
  const transport = createTransport({
    ...serverOf(new URL(url)),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    provider: 'smtp',
    async send({ deliveryId, to, subject, text }) {
      const messageId = messageIdOf(deliveryId, from);
      // RFC 3834 §5: keeps out-of-office answers from coming back.
      const headers = { 'Auto-Submitted': 'auto-generated' };
      await within(timeoutMs, transport.sendMail({ messageId, from, to, subject, text, headers }));
      return { messageId, hasArrived: false };
    },
  };
}

function serverOf({ protocol, hostname, port, username, password }: URL): object {
  const secure = protocol === 'smtps:';
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    requireTLS: !isLoopback,
    ...(username !== '' && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
  };
}

/** @throws {MailerError} also for what is still running after the time: it may or may not have gone out. */
async function within(timeoutMs: number, sending: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new MailerError('MAILER_TIMEOUT', false));
    }, timeoutMs);
  });
  try {
    await Promise.race([sending, timeout]);
  } catch (error) {
    throw error instanceof MailerError ? error : translated(error);
  } finally {
    clearTimeout(timer);
  }
}

/** The server's words stay behind: they quote the address. */
function translated(error: unknown): MailerError {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  const isAboutThisMail = code === 'EENVELOPE' || code === 'EMESSAGE';
  // RFC 5321 §4.2.1: 5yz is a permanent refusal, 4yz a transient one.
  const isPermanent = isAboutThisMail && typeof responseCode === 'number' && responseCode >= 500;
  return new MailerError(isAboutThisMail ? 'MAIL_REFUSED' : 'MAILER_UNAVAILABLE', isPermanent);
}
