import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { connectionType, DateTime, enumOf, Payload } from '#shared/graphql';
import { ApiClient } from './client.entity';
import { type SecretStatus, secretStatuses } from './secret.entity';

const SecretStatusEnum = enumOf('SecretStatus', secretStatuses);

@ObjectType('ClientSecret')
export class ClientSecretView {
  @Field(() => ID)
  id!: string;

  @Field({ description: 'The last four characters' })
  hint!: string;

  @Field(() => SecretStatusEnum)
  status!: SecretStatus;

  @Field(() => DateTime)
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When its grace period ends or has ended' })
  expiresAt!: Date | null;
}

@InputType({ description: 'What a client is held to beyond its scopes. What is left out is not limited.' })
export class ClientLimitsInput {
  @Field(() => Int, { nullable: true, description: 'Requests per minute, whatever they cost' })
  rateLimitPerMinute?: number | null;

  @Field(() => [String], { nullable: true, description: 'Networks it may call from, in CIDR notation; at most 20' })
  ipAllowList?: string[] | null;

  @Field({ nullable: true, description: 'It runs persisted operations and no others' })
  persistedOperationsOnly?: boolean;
}

@InputType()
export class CreateApiClientInput {
  @Field(() => ID)
  idempotencyKey!: string;

  @Field()
  name!: string;

  @Field(() => ID)
  productId!: string;

  @Field(() => [String], { description: 'At most those of the product' })
  scopes!: string[];

  @Field(() => ClientLimitsInput, { nullable: true, description: 'None when absent' })
  limits?: ClientLimitsInput | null;
}

@ObjectType()
export class CreateApiClientPayload extends Payload {
  @Field(() => ApiClient, { nullable: true })
  client!: ApiClient | null;

  @Field(() => String, { nullable: true, description: 'Shown once: a repeated request answers the client without it' })
  secret!: string | null;
}

@ObjectType()
export class ApiClientPayload extends Payload {
  @Field(() => ApiClient, { nullable: true })
  client!: ApiClient | null;
}

export const ApiClientConnection = connectionType('ApiClient', () => ApiClient);
