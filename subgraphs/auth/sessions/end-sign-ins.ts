import { type CredentialHome } from '../logins/credential-home';
import { accountsOfCredential } from '../logins/identity';
import { endTokens } from '../revocations/end-tokens';
import { endSessionsOf, type SessionWork } from './session.service';

/**
 * What proves who somebody is has changed: every session that was opened by the earlier proof ends, in each of their
 * organisations, and so do the tokens of those sessions.
 */
export async function endSignIns(work: SessionWork, home: CredentialHome): Promise<void> {
  for (const { id, organisationId, region } of await accountsOfCredential(work.system, home)) {
    await endSessionsOf(work, id, 'REVOKED');
    const unit = work.system.unitFor({ organisationId, region }, work.at);
    await unit.transaction((tx) => endTokens(tx, { kind: 'SUBJECT', key: id, isForGood: false }));
  }
}
