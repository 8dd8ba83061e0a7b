import { ConfigError, setting } from '#shared/config';

/** The first organisation of a platform without any, and who is invited to administer it. */
export const firstAccountSettings = {
  FIRST_ORGANISATION: setting.optionalText(),
  FIRST_ADMIN_EMAIL: setting.optionalText(),
};

interface FirstAccountConfig {
  readonly FIRST_ORGANISATION?: string | undefined;
  readonly FIRST_ADMIN_EMAIL?: string | undefined;
}

export interface FirstAccount {
  readonly organisation: string;
  readonly email: string;
}

/** @returns null when nobody is to be made. @throws {ConfigError} when only one of the two is given */
export function firstAccountOf(config: FirstAccountConfig): FirstAccount | null {
  const { FIRST_ORGANISATION: organisation, FIRST_ADMIN_EMAIL: email } = config;
  if (organisation === undefined && email === undefined) return null;
  if (organisation === undefined || email === undefined) {
    throw new ConfigError('FIRST_ORGANISATION and FIRST_ADMIN_EMAIL belong together');
  }
  return { organisation, email };
}
