import { Field, ObjectType } from 'type-graphql';
import { DomainError, type ErrorCode } from '#shared/errors';
import { shareable } from './shareable';

/** An expected failure of a mutation. Unexpected ones go to `errors[]`. */
@shareable
@ObjectType()
export class UserError {
  @Field(() => String, { description: 'Stable; what a client switches on' })
  code!: ErrorCode;

  @Field()
  message!: string;

  @Field(() => [String], { nullable: true, description: 'The input at fault' })
  path!: readonly string[] | null;

  @Field(() => [String], { nullable: true, description: 'After ILLEGAL_TRANSITION: the states that can be reached' })
  allowed!: readonly string[] | null;
}

/** What every mutation answers with besides its resource. Either the resource is there or an error says why not. */
@ObjectType()
export abstract class Payload {
  @Field(() => [UserError])
  userErrors!: UserError[];
}

// These concern the request as a whole, not what was asked: they stay top-level errors.
const requestErrors: ReadonlySet<ErrorCode> = new Set([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'WRONG_REGION', // its pointer is in the error's extensions
  'UPSTREAM_UNAVAILABLE',
  'INTERNAL_SERVER_ERROR',
]);

/**
 * Awaits a service's answer and turns an expected failure into `userErrors`.
 * @param field name of the payload's field that holds the resource
 */
export async function respond<K extends string, T>(
  field: K,
  answer: Promise<T>,
): Promise<Record<K, T | null> & { userErrors: UserError[] }> {
  try {
    return { [field]: await answer, userErrors: [] } as unknown as Record<K, T | null> & { userErrors: UserError[] };
  } catch (error) {
    if (!(error instanceof DomainError) || requestErrors.has(error.code)) throw error;
    const { code, message, inputPath: path, details } = error;
    const allowed = Array.isArray(details['allowed']) ? (details['allowed'] as string[]) : null;
    return { [field]: null, userErrors: [{ code, message, path, allowed }] } as unknown as Record<K, T | null> & {
      userErrors: UserError[];
    };
  }
}
