import {
  Arg,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  InputType,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { auditBacklog, verifyAuditSection } from '#shared/audit';
import { RequireScopes } from '#shared/auth';
import { shareable } from '#shared/graphql';
import { type RequestContext } from './request-context';

/** Records checked per call: what takes well below a second. */
const rowsPerSection = 50_000;

@InputType({ description: 'A place of a chain up to which it has been checked.' })
class AuditPlaceInput {
  @Field(() => Int)
  batch!: number;

  @Field(() => Int)
  sequence!: number;

  @Field()
  hash!: string;
}

@InputType({ description: 'What a chain was at some time.' })
class AuditCheckpointInput {
  @Field(() => Int)
  sequence!: number;

  @Field()
  hash!: string;
}

@shareable
@ObjectType({ description: 'What was found from one place of a chain to another.' })
class AuditChainSection {
  @Field(() => Int)
  rows!: number;

  @Field(() => Int, { nullable: true })
  firstBrokenSequence!: number | null;

  @Field(() => Int)
  batch!: number;

  @Field(() => Int)
  sequence!: number;

  @Field()
  hash!: string;

  @Field()
  isEnd!: boolean;
}

@shareable
@ObjectType({ description: 'The audit chain of the caller’s organisation in one subgraph.' })
class AuditChain {
  @Field(() => Int, { description: 'The last sealed record' })
  sequence!: number;

  @Field(() => Int, { description: 'Records that are written and wait for the sealer' })
  unsealed!: number;
}

type ResolverClass = new () => object;

const known = new Map<string, ResolverClass>();

/** `<subgraph>AuditChain`: every subgraph recomputes its own chain; nobody else can read it. */
export function auditChainResolver(subgraph: string): ResolverClass {
  const made = known.get(subgraph) ?? make(`${subgraph.replaceAll('-', '_')}AuditChain`);
  known.set(subgraph, made);
  return made;
}

function make(field: string): ResolverClass {
  @Resolver(() => AuditChain)
  class AuditChainResolver {
    @RequireScopes('auth:audit:read')
    @Directive('@tag(name: "internal")')
    @Query(() => AuditChain, { name: field, description: 'Its own chain; `verifyAuditChain` asks for all' })
    chain(@Ctx() { system, actor }: RequestContext): Promise<AuditChain> {
      return auditBacklog(system.source, actor.organisationId);
    }

    @FieldResolver(() => AuditChainSection, { description: 'Checks the records that follow a place, some at a time' })
    async section(
      @Root() _chain: AuditChain,
      @Arg('after', () => AuditPlaceInput, { nullable: true }) after: AuditPlaceInput | null,
      @Arg('checkpoints', () => [AuditCheckpointInput], { defaultValue: [] }) checkpoints: AuditCheckpointInput[],
      @Ctx() { system, actor }: RequestContext,
    ): Promise<AuditChainSection> {
      const options = { ...(after && { after }), checkpoints, maxRows: rowsPerSection };
      const { place, ...found } = await verifyAuditSection(system.source, actor.organisationId, options);
      return { ...found, ...place };
    }
  }
  return AuditChainResolver;
}
