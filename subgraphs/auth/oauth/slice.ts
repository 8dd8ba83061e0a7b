import { SessionRules } from '../sessions/session-rules.entity';
import { SessionRulesResolver } from '../sessions/session-rules.resolver';
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
  resolvers: [SessionResolver, UserSessionsResolver, ClientSettingsResolver, SigningKeyResolver, SessionRulesResolver],
  entities: [OAuthRecord, ClientSettings, ClientConsent, Session, SessionRules, SigningKey],
  workers: [rotateKeys, sweepRecords],
} as const;
