import { AccountMail } from './account-mail/account-mail.entity';
import { accountMailWorker } from './account-mail/account-mail.worker';
import { AccountResolver } from './links/account.resolver';
import { OneTimeLink } from './links/one-time-link.entity';
import { MfaChallenge } from './mfa/challenge.entity';
import { MfaDevice } from './mfa/device.entity';
import { MfaResolver } from './mfa/mfa.resolver';
import { RecoveryCode } from './mfa/recovery-code.entity';
import { StepUp } from './step-up/step-up.entity';
import { StepUpResolver } from './step-up/step-up.resolver';

/** What people do about their own accounts: proofs of who they are, and links sent to them. */
export const peopleSlice = {
  resolvers: [AccountResolver, MfaResolver, StepUpResolver],
  entities: [MfaDevice, RecoveryCode, MfaChallenge, StepUp, OneTimeLink, AccountMail],
  workers: [accountMailWorker],
} as const;
