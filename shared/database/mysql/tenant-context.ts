import { createHash, createHmac } from 'node:crypto';
import { idBytes } from '#shared/ids';

/*
 * The tenant context of a connection is two session variables, @app_org and its signature @app_sig. ctx_org() checks
 * the one against the other, so that an injected `SET @app_org = …` reaches nobody else's rows. The signature names
 * the connection too: one that leaks is worth nothing elsewhere.
 */

/** What a subgraph's two secrets are derived from; a subgraph's never fits another's. */
export class ContextSigner {
  private readonly key: Buffer;
  /** Password of the application account. */
  readonly accountPassword: string;

  constructor(contextSecret: string, database: string) {
    this.key = derive(contextSecret, `tenant-context:${database}`);
    this.accountPassword = derive(contextSecret, `account-password:${database}`).toString('base64url');
  }

  /** @returns the values of @app_org and @app_sig */
  sign(organisationId: string, connectionId: number): [Buffer, Buffer] {
    const organisation = idBytes('org', organisationId);
    const signature = createHash('sha256').update(this.key).update(organisation).update(String(connectionId)).digest();
    return [organisation, signature];
  }

  /**
   * Body of ctx_org(). Only its definer may read it: SHOW CREATE FUNCTION gives others NULL.
   * - CAST: MySQL compares text with a number as numbers, and most hashes equal 0 then.
   * - LENGTH: SHA-256 alone allows bytes to be appended to a signed text.
   * - `<=>`: NULL anywhere is a refusal, never "unknown".
   */
  functionBody(): string {
    const signed = `SHA2(CONCAT(0x${this.key.toString('hex')}, organisation, CONNECTION_ID()), 256)`;
    return [
      'BEGIN',
      'DECLARE organisation VARBINARY(255) DEFAULT CAST(@app_org AS BINARY);',
      `IF NOT (LENGTH(organisation) <=> 16 AND UNHEX(${signed}) <=> CAST(@app_sig AS BINARY)) THEN`,
      `SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'No tenant context, or a forged one';`,
      'END IF;',
      'RETURN organisation;',
      'END',
    ].join(' ');
  }
}

function derive(secret: string, purpose: string): Buffer {
  return createHmac('sha256', secret).update(purpose).digest();
}
