import { enumOf } from '#shared/graphql';

/** Ways to show that one is who signed in. Not SMS: NIST SP 800-63B §3.2.9 restricts it, and numbers are stolen. */
export const mfaKinds = ['TOTP', 'WEBAUTHN', 'RECOVERY_CODE'] as const;
export type MfaKind = (typeof mfaKinds)[number];
export const MfaKindEnum = enumOf('MfaKind', mfaKinds);

/** Kinds a person enrols; recovery codes come with the first of them. */
export type DeviceKind = Exclude<MfaKind, 'RECOVERY_CODE'>;

/** Authentication Method References, by their names in RFC 8176 §2; `fed`, which it lacks: another issuer has said so. */
export type Amr = 'pwd' | 'otp' | 'hwk' | 'mfa' | 'user' | 'fed';
