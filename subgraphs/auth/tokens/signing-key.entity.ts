import { type JWK } from 'jose';
import { Entity, PrimaryColumn } from 'typeorm';
import { CodeColumn, JsonColumn, TextColumn, TimeColumn } from '#shared/tables';

export type SigningKeyStatus = 'ACTIVE' | 'RETIRED';

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
  alg!: 'ES256';

  @CodeColumn()
  status!: SigningKeyStatus;

  @JsonColumn()
  publicJwk!: JWK;

  /** PKCS#8, wrapped by the key provider. */
  @TextColumn()
  wrappedPrivateKey!: string;

  @TimeColumn()
  createdAt!: Date;
}
