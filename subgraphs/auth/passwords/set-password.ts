import { type CredentialHome } from '../logins/credential-home';
import { UserCredential } from '../logins/credential.entity';

export async function setPassword({ unit, credentialId: id }: CredentialHome, passwordHash: string): Promise<void> {
  await unit.transaction(async (tx) => {
    const credential = await tx.get(UserCredential, id);
    credential.replace(passwordHash, tx.at);
    await tx.save(credential);
  });
}
