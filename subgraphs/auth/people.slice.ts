import { AccountMail } from './account-mail/account-mail.entity';
import { accountMailWorker } from './account-mail/account-mail.worker';
import { inviteFirstAdministrator } from './first-account/first-account.worker';
import { endPatientLinks } from './guardians/end-links.worker';
import { PatientLink } from './guardians/patient-link.entity';
import { PatientLinkResolver } from './guardians/patient-link.resolver';
import { AccountResolver } from './links/account.resolver';
import { OneTimeLink } from './links/one-time-link.entity';
import { MfaChallenge } from './mfa/challenge.entity';
import { MfaDevice } from './mfa/device.entity';
import { MfaResolver } from './mfa/mfa.resolver';
import { RecoveryCode } from './mfa/recovery-code.entity';
import { createSecondFactors } from './migrations/1764000500001-create-second-factors';
import { createAccountLinks } from './migrations/1764000500002-create-account-links';
import { createRoles } from './migrations/1764000500003-create-roles';
import { Role } from './roles/role.entity';
import { RoleResolver } from './roles/role.resolver';
import { UserIndexEntry } from './search/user-index.entity';
import { OrganisationSettings } from './settings/settings.entity';
import { SettingsResolver } from './settings/settings.resolver';
import { StepUp } from './step-up/step-up.entity';
import { StepUpResolver } from './step-up/step-up.resolver';

const standing = [Role, OrganisationSettings, PatientLink, UserIndexEntry] as const;

/** What people do about their own accounts: proofs of who they are, and links sent to them. */
export const peopleSlice = {
  resolvers: [AccountResolver, MfaResolver, StepUpResolver, RoleResolver, SettingsResolver, PatientLinkResolver],
  entities: [MfaDevice, RecoveryCode, MfaChallenge, StepUp, OneTimeLink, AccountMail, ...standing],
  workers: [accountMailWorker, endPatientLinks, inviteFirstAdministrator],
  migrations: [createSecondFactors, createAccountLinks, createRoles],
} as const;
