import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { DateTime, Payload } from '#shared/graphql';
import { ConsentProvision } from './provision';
import { type CaptureChannel, CaptureChannelEnum, type DecisionKind, DecisionKindEnum } from './record.codes';
import { ConsentRecord } from './record.entity';

@InputType()
export class CaptureConsentInput {
  @Field(() => ID)
  idempotencyKey!: string;

  @Field(() => ID)
  patientId!: string;

  @Field()
  typeKey!: string;

  @Field(() => ID)
  textVersionId!: string;

  @Field({ description: 'SHA-256 of the text the person was shown; must equal the published one' })
  textSha256!: string;

  @Field(() => DecisionKindEnum)
  decision!: DecisionKind;

  @Field(() => CaptureChannelEnum)
  channel!: CaptureChannel;

  @Field(() => [ConsentProvision], { nullable: true })
  provisions?: ConsentProvision[] | null;

  @Field(() => DateTime, { nullable: true })
  validUntil?: Date | null;
}

@ObjectType()
export class ConsentPayload extends Payload {
  @Field(() => ConsentRecord, { nullable: true })
  record!: ConsentRecord | null;
}
