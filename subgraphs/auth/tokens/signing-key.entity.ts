import { type JWK } from 'jose';
import { Entity, PrimaryColumn } from 'typeorm';
import { CodeColumn, JsonColumn, TextColumn, TimeColumn } from '#shared/tables';

export const signingAlgorithms = ['ES256', 'EdDSA', 'RS256'] as const;
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

export const signingKeyStatuses = ['PENDING', 'ACTIVE', 'RETIRING', 'RETIRED', 'REVOKED'] as const;
/**
 * PENDING is published and does not sign yet, ACTIVE signs, RETIRING is published until the last token it signed has
 * expired. RETIRED and REVOKED are published no more, and their private halves are gone.
 */
export type SigningKeyStatus = (typeof signingKeyStatuses)[number];

/** A key pair that tokens are signed with. It belongs to the platform, not to an organisation. */
@Entity('signing_keys')
export class SigningKey {
  /** 1, 2, 3 …: of several processes that make the next key at once, one succeeds. */
  @PrimaryColumn({ name: 'key_number', type: 'int' })
  number!: number;

  /** RFC 7638 thumbprint of the public key. */
  @CodeColumn()
  kid!: string;

  @CodeColumn()
  alg!: SigningAlgorithm;

  @CodeColumn()
  status!: SigningKeyStatus;

  @JsonColumn()
  publicJwk!: JWK;

  /** PKCS#8, wrapped by the key provider; empty once it may sign no more. */
  @TextColumn()
  wrappedPrivateKey!: string;

  @TimeColumn()
  createdAt!: Date;

  /** When it began to sign, or is due to. */
  @TimeColumn({ nullable: true })
  notBefore!: Date | null;

  /** When it ceases to be published. */
  @TimeColumn({ nullable: true })
  retireAt!: Date | null;
}
