export { DevMailbox, type KeptMail } from './dev-mailbox';
export { createMail, type Mail } from './mail';
export { MailerError, type Mailer, type MailMessage } from './mailer';
