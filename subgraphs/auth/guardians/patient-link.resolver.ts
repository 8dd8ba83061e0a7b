import { Arg, Ctx, Field, FieldResolver, ID, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { DateTime, listBy, Payload, respond } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { User } from '../users/user.entity';
import { canSeeContact } from '../users/user.policy';
import { UserPayload } from '../users/user.types';
import { PatientLink, type Relationship, RelationshipEnum } from './patient-link.entity';
import { linkPatient, unlinkPatient } from './patient-link.service';

const linksOfUser = listBy(PatientLink, 'userId');

@ObjectType()
export class PatientLinkPayload extends Payload {
  @Field(() => PatientLink, { nullable: true })
  link!: PatientLink | null;
}

@Resolver(() => User)
export class PatientLinkResolver {
  @RequireScopes('auth:users:read', 'auth:users:self')
  @FieldResolver(() => [PatientLink], {
    description: 'Whom this person acts or has acted for, and since and until when',
  })
  patientLinks(@Root() user: User, @Ctx() context: RequestContext): Promise<PatientLink[]> | PatientLink[] {
    return canSeeContact(context.actor, user) ? context.load(linksOfUser, user.id) : [];
  }

  @RequireScopes('auth:users:write')
  @Mutation(() => PatientLinkPayload, { description: 'Lets a person act for a patient, from their next token on' })
  linkPatient(
    @Arg('userId', () => ID) userId: string,
    @Arg('patientId', () => ID) patientId: string,
    @Arg('relationship', () => RelationshipEnum) relationship: Relationship,
    @Arg('validUntil', () => DateTime, { nullable: true }) validUntil: Date | null,
    @Ctx() { unit }: RequestContext,
  ): Promise<PatientLinkPayload> {
    return respond('link', linkPatient(unit, { userId, patientId, relationship, validUntil: validUntil ?? null }));
  }

  @RequireScopes('auth:users:write')
  @Mutation(() => UserPayload, { description: 'Ends it; the person’s tokens end with it. The reason is a code' })
  unlinkPatient(
    @Arg('userId', () => ID) userId: string,
    @Arg('patientId', () => ID) patientId: string,
    @Arg('reason') reason: string,
    @Ctx() { unit }: RequestContext,
  ): Promise<UserPayload> {
    return respond('user', unlinkPatient(unit, { userId, patientId, reason }));
  }
}
