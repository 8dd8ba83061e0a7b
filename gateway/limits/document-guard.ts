import {
  type ArgumentNode,
  type DocumentNode,
  GraphQLError,
  Kind,
  Lexer,
  Source,
  TokenKind,
  type ValueNode,
  parse,
  visit,
} from 'graphql';
import { DomainError } from '#shared/errors';
import { type DocumentSize, measureOperations } from './document-size';
import { type RequestLimits } from './request-limits';

const pageArguments = new Set(['first', 'last']);

/** The variables that set page sizes, with their defaults in the document. */
type PageVariables = ReadonlyMap<string, ValueNode | undefined>;

/** Refuses what is too big, on HTTP and on sockets alike, before it is validated, planned or executed. */
export class DocumentGuard {
  /** Nothing is kept here for longer than whoever prepares documents keeps them: refused ones leave no trace. */
  private readonly pageVariables = new WeakMap<DocumentNode, PageVariables>();

  constructor(private readonly limits: RequestLimits) {}

  /**
   * @throws {DomainError} LIMIT_EXCEEDED
   * @throws {GraphQLError} GRAPHQL_PARSE_FAILED
   */
  read(source: string): DocumentNode {
    const tokens = countTokens(source, this.limits.tokens);
    if (tokens > this.limits.tokens) throw limitExceeded('tokens', this.limits.tokens);
    const document = parseOrRefuse(source);
    for (const size of measureOperations(document)) this.checkSize(size);
    this.pageVariables.set(document, this.checkPages(document));
    return document;
  }

  /** @throws {DomainError} LIMIT_EXCEEDED */
  checkVariables(document: DocumentNode, variables: Readonly<Record<string, unknown>>): void {
    const { variableDepth } = this.limits;
    if (isDeeper(variables, variableDepth + 1)) throw limitExceeded('variableDepth', variableDepth);
    for (const [name, defaultValue] of this.pageVariables.get(document) ?? this.checkPages(document))
      this.checkPage(variables[name] ?? (defaultValue && numberOf(defaultValue)));
  }

  private checkSize(size: DocumentSize): void {
    for (const measure of ['depth', 'aliases', 'directives', 'rootFields'] as const) {
      if (size[measure] > this.limits[measure]) throw limitExceeded(measure, this.limits[measure]);
    }
  }

  private checkPages(document: DocumentNode): PageVariables {
    const used = new Set<string>();
    const defaults = new Map<string, ValueNode | undefined>();
    const checkPage = (argument: ArgumentNode): void => {
      if (!pageArguments.has(argument.name.value)) return;
      if (argument.value.kind === Kind.VARIABLE) used.add(argument.value.name.value);
      else this.checkPage(numberOf(argument.value));
    };
    visit(document, {
      VariableDefinition: ({ variable, defaultValue }) => {
        defaults.set(variable.name.value, defaultValue);
      },
      Field: (field) => {
        field.arguments?.forEach(checkPage);
      },
    });
    return new Map([...used].map((name) => [name, defaults.get(name)]));
  }

  private checkPage(size: unknown): void {
    if (typeof size === 'number' && size > this.limits.pageSize) throw limitExceeded('pageSize', this.limits.pageSize);
  }
}

function limitExceeded(limit: keyof RequestLimits, allowed: number): DomainError {
  return new DomainError('LIMIT_EXCEEDED', `The request exceeds the limit ${limit}: ${String(allowed)}`, {
    details: { limit, allowed },
  });
}

/** Counts no further than it must, and does not build a tree for what will be refused. */
function countTokens(source: string, limit: number): number {
  const lexer = new Lexer(new Source(source));
  let count = 0;
  try {
    while (count <= limit && lexer.advance().kind !== TokenKind.EOF) count++;
  } catch (error) {
    throw parseFailed(error);
  }
  return count;
}

function parseOrRefuse(source: string): DocumentNode {
  try {
    return parse(source);
  } catch (error) {
    throw parseFailed(error);
  }
}

function parseFailed(error: unknown): GraphQLError {
  if (!(error instanceof GraphQLError)) throw error;
  const { source, positions } = error;
  return new GraphQLError(error.message, {
    ...(source && { source }),
    ...(positions && { positions }),
    extensions: { code: 'GRAPHQL_PARSE_FAILED' },
  });
}

function numberOf(value: ValueNode): number | undefined {
  return value.kind === Kind.INT ? Number(value.value) : undefined;
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1));
}
