import { z } from 'zod';
import { readEnvironment, setting } from '#shared/config';
import { DevMailbox } from './dev-mailbox';
import { type Mailer } from './mailer';
import { smtpMailer } from './smtp-mailer';

const schema = z.object({
  /** `smtp://` or `smtps://` with credentials; without it mail stays in the process, for development. */
  SMTP_URL: setting.optionalUrl(),
  /** Sender of all mail; its domain is also that of every Message-ID. */
  MAIL_FROM: setting.text('no-reply@sa-platform.example'),
});

/** How mail leaves a process. */
export interface Mail {
  /** Where mail ends up when none is sent; null when mail leaves the process. */
  readonly mailbox: DevMailbox | null;
  /** @param timeoutMs longest that one mail may take: shorter than the lease of whoever sends it */
  mailer(options: { readonly timeoutMs: number }): Mailer;
}

/**
 * Chooses the adapter by the environment: SMTP when it has a server, the development mailbox otherwise.
 * @throws {ConfigError} when a variable is malformed
 */
export function createMail(environment: NodeJS.ProcessEnv): Mail {
  const { SMTP_URL: url, MAIL_FROM: from } = readEnvironment(environment, schema);
  if (url !== undefined) return { mailbox: null, mailer: ({ timeoutMs }) => smtpMailer({ url, from, timeoutMs }) };
  const mailbox = new DevMailbox(from);
  return { mailbox, mailer: () => mailbox };
}
