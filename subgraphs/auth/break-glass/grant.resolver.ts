import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { listBy, Live, respond } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { type AuthPorts } from '../ports';
import { Patient } from '../users/stub.types';
import { User } from '../users/user.entity';
import { visibleUserById } from '../users/user.loader';
import {
  BreakGlassGrant,
  type BreakGlassOutcome,
  BreakGlassOutcomeEnum,
  type BreakGlassReason,
  BreakGlassReasonEnum,
} from './grant.entity';
import { awaitingReview, breakGlass, endBreakGlass, reviewBreakGlass } from './grant.service';
import { BreakGlassGrantPayload, BreakGlassPayload } from './grant.types';

const grantsOfPatient = listBy(BreakGlassGrant, 'patientId');

@Resolver(() => BreakGlassGrant)
export class BreakGlassResolver {
  @RequireScopes('auth:breakglass:review')
  @Query(() => [BreakGlassGrant], { description: 'Those that are over and not reviewed, the first due first' })
  breakGlassReviewQueue(@Ctx() { unit }: RequestContext): Promise<BreakGlassGrant[]> {
    return awaitingReview(unit);
  }

  @RequireScopes('auth:breakglass:use')
  @Mutation(() => BreakGlassPayload, { description: 'Opens one patient’s record for an hour at most, and tells of it' })
  async breakGlass(
    @Arg('patientId', () => ID) patientId: string,
    @Arg('reason', () => BreakGlassReasonEnum) reason: BreakGlassReason,
    @Arg('justification') justification: string,
    @Arg('stepUpToken', { description: 'Of `stepUp`, for BREAK_GLASS' }) stepUpToken: string,
    @Ctx() { unit, ports, system }: RequestContext<AuthPorts>,
  ): Promise<BreakGlassPayload> {
    const request = { patientId, reason, justification, stepUpToken };
    const { broken, userErrors } = await respond('broken', breakGlass({ unit, ports, system }, request));
    return { grant: broken?.grant ?? null, token: broken?.token ?? null, userErrors };
  }

  @RequireScopes('auth:breakglass:use', 'auth:breakglass:review')
  @Mutation(() => BreakGlassGrantPayload)
  endBreakGlass(@Arg('id', () => ID) id: string, @Ctx() { unit }: RequestContext): Promise<BreakGlassGrantPayload> {
    return respond('grant', endBreakGlass(unit, id));
  }

  @RequireScopes('auth:breakglass:review')
  @Mutation(() => BreakGlassGrantPayload, { description: 'By somebody else than who has used it' })
  reviewBreakGlass(
    @Arg('id', () => ID) id: string,
    @Arg('outcome', () => BreakGlassOutcomeEnum) outcome: BreakGlassOutcome,
    @Arg('note') note: string,
    @Ctx() { unit }: RequestContext,
  ): Promise<BreakGlassGrantPayload> {
    return respond('grant', reviewBreakGlass(unit, { id, outcome, note }));
  }

  @RequireScopes('auth:breakglass:review')
  @Live(() => BreakGlassGrant, { types: ['auth.break_glass.started'] })
  breakGlassStarted(@Ctx() { unit, event }: RequestContext): Promise<BreakGlassGrant | null> | null {
    return event ? unit.find(BreakGlassGrant, event.resourceId) : null;
  }

  @FieldResolver(() => User, { nullable: true })
  user(@Root() { userId }: BreakGlassGrant, @Ctx() context: RequestContext): Promise<User | null> {
    return context.load(visibleUserById, userId);
  }

  @FieldResolver(() => User, { nullable: true })
  reviewedBy(@Root() { reviewedById }: BreakGlassGrant, @Ctx() context: RequestContext): Promise<User | null> | null {
    return reviewedById === null ? null : context.load(visibleUserById, reviewedById);
  }

  @FieldResolver(() => Patient)
  patient(@Root() { patientId }: BreakGlassGrant): Patient {
    return { id: patientId };
  }
}

@Resolver(() => Patient)
export class PatientBreakGlassResolver {
  @RequireScopes('auth:breakglass:read', 'auth:breakglass:review', 'auth:accesslog:self')
  @FieldResolver(() => [BreakGlassGrant], { description: 'When the record was opened in an emergency, newest first' })
  async breakGlassGrants(@Root() patient: Patient, @Ctx() context: RequestContext): Promise<BreakGlassGrant[]> {
    const grants = await context.load(grantsOfPatient, patient.id);
    return [...grants].sort((one, other) => other.startedAt.getTime() - one.startedAt.getTime());
  }
}
