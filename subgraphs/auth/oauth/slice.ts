import { Session } from '../sessions/session.entity';
import { SessionResolver, UserSessionsResolver } from '../sessions/session.resolver';
import { rotateKeys } from '../tokens/key-rotation.worker';
import { SigningKey } from '../tokens/signing-key.entity';
import { SigningKeyResolver } from '../tokens/signing-key.resolver';
import { ClientConsent } from './client-consent.entity';
import { ClientSettings } from './client-settings.entity';
import { ClientSettingsResolver } from './client-settings.resolver';
import { OAuthRecord } from './record.entity';
import { sweepRecords } from './sweep.worker';

/** Tokens, sessions and signing keys: what index.ts puts into the subgraph. */
export const oauthSlice = {
  resolvers: [SessionResolver, UserSessionsResolver, ClientSettingsResolver, SigningKeyResolver],
  entities: [OAuthRecord, ClientSettings, ClientConsent, Session, SigningKey],
  workers: [rotateKeys, sweepRecords],
} as const;
