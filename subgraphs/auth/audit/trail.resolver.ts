import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Directive } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { ActorSnapshot, type Connection, connectionOf, listSize } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { AuditEntry } from './entry.entity';
import { emptyIndex } from './index.service';
import { indexPositions, indexRecords, readTrail } from './trail.service';
import { AuditFilter, AuditIndexPosition, AuditRecordConnection, SealedAuditPartInput } from './trail.types';

@Resolver(() => AuditEntry)
export class AuditTrailResolver {
  @RequireScopes('auth:audit:read')
  @Query(() => AuditRecordConnection, {
    description: 'What happened in the organisation, in all subgraphs, newest first',
  })
  @Directive(listSize)
  async auditTrail(
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Arg('filter', () => AuditFilter, { nullable: true }) filter: AuditFilter | null,
    @Ctx() { unit }: RequestContext,
  ): Promise<Connection<AuditEntry>> {
    return connectionOf(await readTrail(unit, filter ?? {}, { first, after }));
  }

  @RequireScopes('auth:audit:read')
  @Query(() => [AuditIndexPosition], { description: 'How far the trail has each subgraph’s chain' })
  auditIndex(@Ctx() { unit, system }: RequestContext): Promise<AuditIndexPosition[]> {
    return indexPositions(unit, system);
  }

  @RequireScopes('auth:audit:index')
  @Directive('@tag(name: "internal")')
  @Mutation(() => AuditIndexPosition, { description: 'For the platform’s own services: brings sealed records' })
  indexAuditRecords(
    @Arg('part', () => SealedAuditPartInput) part: SealedAuditPartInput,
    @Ctx() { unit, system }: RequestContext,
  ): Promise<AuditIndexPosition> {
    return indexRecords(unit, system, part);
  }

  @RequireScopes('auth:audit:rebuild')
  @Mutation(() => [AuditIndexPosition], { description: 'Empties the index and has every chain brought to it again' })
  async rebuildAuditIndex(@Ctx() { unit, system }: RequestContext): Promise<AuditIndexPosition[]> {
    await emptyIndex(unit, system);
    return indexPositions(unit, system);
  }

  @FieldResolver(() => ActorSnapshot, { description: 'As they were then' })
  actor(@Root() entry: AuditEntry): ActorSnapshot {
    const { kind, subject, clientId, userId, roles } = entry.parsed().actor;
    return { clientId, userId, roles, displayName: kind === 'service' ? subject.replace('service:', '') : null };
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'Who was really there, when somebody acted for the actor',
  })
  actedBy(@Root() entry: AuditEntry): string | null {
    return entry.parsed().actor.act?.subject ?? null;
  }

  @FieldResolver(() => Int, { description: 'How many records of the kind were touched' })
  resourceCount(@Root() entry: AuditEntry): number {
    return entry.parsed().resourceCount;
  }

  @FieldResolver(() => String, { nullable: true })
  purpose(@Root() entry: AuditEntry): string | null {
    return entry.parsed().purpose;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'What tells the purpose: CONSENT, BREAK_GLASS, OWN_RECORD, or DECLARED by the domain',
  })
  purposeBasis(@Root() entry: AuditEntry): string | null {
    return entry.parsed().purposeBasis;
  }

  @FieldResolver(() => String, { nullable: true, description: 'Why it was refused or failed, as a code' })
  reason(@Root() entry: AuditEntry): string | null {
    return entry.parsed().reason;
  }

  @FieldResolver(() => String, { nullable: true })
  operationName(@Root() entry: AuditEntry): string | null {
    return entry.parsed().operationName;
  }

  @FieldResolver(() => String)
  correlationId(@Root() entry: AuditEntry): string {
    return entry.parsed().correlationId;
  }

  @FieldResolver(() => ID, { nullable: true, description: 'The consent that the release rested on' })
  consentRecordId(@Root() entry: AuditEntry): string | null {
    return entry.parsed().consentRecordId;
  }

  @FieldResolver(() => ID, { nullable: true })
  breakGlassGrantId(@Root() entry: AuditEntry): string | null {
    return entry.parsed().breakGlassGrantId;
  }
}
