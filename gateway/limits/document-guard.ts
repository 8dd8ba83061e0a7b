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
import { BoundedCache } from '../cache';
import { type DocumentSize, measureOperations } from './document-size';
import { type RequestLimits } from './request-limits';

const rememberedDocuments = 2_000;
const pageArguments = new Set(['first', 'last']);

/** A document within the limits, and the variables that set page sizes in it. */
interface AdmittedDocument {
  readonly document: DocumentNode;
  /** Variable → its default in the document. */
  readonly pageVariables: ReadonlyMap<string, ValueNode | undefined>;
}

/** Refuses what is too big, on HTTP and on sockets alike, before it is validated, planned or executed. */
export class DocumentGuard {
  private readonly admitted = new BoundedCache<string, AdmittedDocument>(rememberedDocuments);

  constructor(private readonly limits: RequestLimits) {}

  /**
   * @throws {DomainError} LIMIT_EXCEEDED
   * @throws {GraphQLError} GRAPHQL_PARSE_FAILED
   */
  admit(source: string, variables: Readonly<Record<string, unknown>>): DocumentNode {
    const { document, pageVariables } = this.admitted.getOrMake(source, () => this.read(source));
    this.checkVariables(variables, pageVariables);
    return document;
  }

  private read(source: string): AdmittedDocument {
    const tokens = countTokens(source, this.limits.tokens);
    if (tokens > this.limits.tokens) throw limitExceeded('tokens', this.limits.tokens);
    const document = parseOrRefuse(source);
    for (const size of measureOperations(document)) this.checkSize(size);
    return { document, pageVariables: this.checkPages(document) };
  }

  private checkSize(size: DocumentSize): void {
    for (const measure of ['depth', 'aliases', 'directives', 'rootFields'] as const) {
      if (size[measure] > this.limits[measure]) throw limitExceeded(measure, this.limits[measure]);
    }
  }

  private checkPages(document: DocumentNode): ReadonlyMap<string, ValueNode | undefined> {
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

  private checkVariables(
    variables: Readonly<Record<string, unknown>>,
    pages: ReadonlyMap<string, ValueNode | undefined>,
  ): void {
    const { variableDepth } = this.limits;
    if (isDeeper(variables, variableDepth + 1)) throw limitExceeded('variableDepth', variableDepth);
    for (const [name, defaultValue] of pages)
      this.checkPage(variables[name] ?? (defaultValue && numberOf(defaultValue)));
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
