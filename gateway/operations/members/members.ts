import { type DocumentNode, type GraphQLSchema } from 'graphql';
import { type ConsentGate, type PlannedOperation, type PlanningSupergraph } from '../../executor';
import { MemberSelection } from './member-selection';
import { MemberSieve } from './member-sieve';
import { MemberTrail } from './member-trail';

interface MembersOptions extends Pick<PlanningSupergraph, 'supergraph' | 'members'> {
  /** What clients may ask for. */
  readonly schema: GraphQLSchema;
  readonly gate: ConsentGate;
}

/** Members of lists that are there only with a consent: asked for about whom they are, and left out. */
export class Members {
  private readonly selection: MemberSelection | null;
  private whole: GraphQLSchema | null = null;

  constructor(private readonly options: MembersOptions) {
    const { schema, members } = options;
    this.selection = members && new MemberSelection(schema, members);
  }

  /** @returns the document that asks about whom the members are; null when it lists and counts none */
  selectIn(document: DocumentNode): DocumentNode | null {
    return this.selection?.into(document) ?? null;
  }

  /** @param planned a document that `selectIn` made */
  sieveFor(planned: PlannedOperation): MemberSieve | null {
    const { supergraph, members, gate } = this.options;
    if (!members) return null;
    this.whole ??= supergraph.schema.toGraphQLJSSchema();
    return new MemberSieve(new MemberTrail(this.whole, members, planned), gate);
  }
}
