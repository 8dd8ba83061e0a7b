import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { DateTime, Payload } from '#shared/graphql';
import { MfaDevice } from './device.entity';
import { type FactorProof } from './factor.service';
import { type MfaKind, MfaKindEnum } from './mfa.codes';

@InputType({ description: 'A second factor, as it is shown.' })
export class FactorInput {
  @Field(() => MfaKindEnum)
  kind!: MfaKind;

  @Field(() => String, { nullable: true, description: 'Of the authenticator app, or a recovery code' })
  code?: string | null;
}

export function proofOf({ kind, code }: FactorInput): FactorProof {
  return { kind, code: code ?? null };
}

/** Nobody is signed in yet when this is answered, so it tells nothing about the person. */
@ObjectType('MfaChallenge', { description: 'The second step of a sign-in: `completeMfa` takes it.' })
export class MfaChallengeView {
  @Field(() => ID, { description: 'A secret: whoever has it has shown the first factor' })
  id!: string;

  @Field(() => [MfaKindEnum])
  kinds!: readonly MfaKind[];

  @Field(() => DateTime)
  expiresAt!: Date;
}

@ObjectType()
export class MfaEnrolmentPayload extends Payload {
  @Field(() => MfaDevice, { nullable: true })
  device!: MfaDevice | null;

  @Field(() => String, { nullable: true, description: 'TOTP: what the QR code holds. Shown once' })
  otpauthUrl!: string | null;

  @Field(() => [String], { nullable: true, description: 'Shown once, with the first device' })
  recoveryCodes!: readonly string[] | null;
}

@ObjectType()
export class RecoveryCodesPayload extends Payload {
  @Field(() => [String], { nullable: true, description: 'Shown once. Those made before are void' })
  recoveryCodes!: readonly string[] | null;
}

@ObjectType()
export class MfaDevicePayload extends Payload {
  @Field(() => MfaDevice, { nullable: true })
  device!: MfaDevice | null;
}
