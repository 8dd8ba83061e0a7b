import { type GraphQLSchema } from 'graphql';
import { type Actor } from '#shared/auth';
import {
  type AuthorizationMode,
  type Authorizer,
  type Denial,
  type DeniedRules,
  type EvaluatePolicies,
  denialsOf,
  rejectionOf,
  reportOf,
} from '../authorize';
import { type PreparedOperation } from './prepared-operation';

export interface AuthorizationConfig {
  readonly mode: AuthorizationMode;
  /** Decides on the policies that `@policy` names. Absent: none is satisfied. */
  readonly evaluatePolicies?: EvaluatePolicies;
}

/** Whose rights are looked at. */
export interface Viewer {
  readonly actor: Actor | null;
  /** Of the policies that the operation names, those decided to hold for this request. Absent: none. */
  readonly satisfiedPolicies?: ReadonlySet<string>;
}

interface AccessControlOptions {
  readonly authorizer: Authorizer;
  readonly schema: GraphQLSchema;
  readonly config: AuthorizationConfig;
}

type Report = ReturnType<typeof reportOf>;

const nothing: DeniedRules = new Set();

/** What a caller may not have of an operation, and what becomes of the operation then. */
export class AccessControl {
  constructor(private readonly options: AccessControlOptions) {}

  /** The request with the policies that hold for it, which are asked for now, all at once. */
  async decide<Request extends Viewer>({ policies }: PreparedOperation, request: Request): Promise<Request> {
    const { evaluatePolicies } = this.options.config;
    if (policies.length === 0 || !evaluatePolicies) return request;
    return { ...request, satisfiedPolicies: await evaluatePolicies(policies, request.actor) };
  }

  /** The rules whose fields are cut. */
  deniedTo({ rules }: PreparedOperation, { actor, satisfiedPolicies }: Viewer): DeniedRules {
    const { authorizer, config } = this.options;
    return config.mode === 'dry-run' ? nothing : authorizer.deniedTo(actor, rules, satisfiedPolicies);
  }

  /**
   * @param variables coerced, with defaults
   * @returns what a dry run lets pass, for the answer's `extensions`
   * @throws {RejectionError} when operations with denied fields are rejected as a whole, and this is one
   */
  screen(prepared: PreparedOperation, viewer: Viewer, variables: Readonly<Record<string, unknown>>): Report | null {
    const { mode } = this.options.config;
    if (mode === 'filter') return null;
    const denials = this.denialsOf(prepared, viewer, variables);
    const rejection = mode === 'reject' ? rejectionOf(denials) : null;
    if (rejection) throw rejection;
    return denials.length > 0 ? reportOf(denials) : null;
  }

  private denialsOf(
    { rules, rootType, fragments, operation }: PreparedOperation,
    { actor, satisfiedPolicies }: Viewer,
    variables: Readonly<Record<string, unknown>>,
  ): Denial[] {
    const { authorizer, schema } = this.options;
    const denied = authorizer.deniedTo(actor, rules, satisfiedPolicies);
    const { selectionSet } = operation;
    return denialsOf(authorizer, { schema, rootType, selectionSet, fragments, variables, denied });
  }
}
