import { type Actor } from '#shared/auth';
import { AutomaticDocuments } from './automatic-documents';
import { hashOf } from './document-id';
import { type Manifest } from './manifest';
import { PersistedDocumentError } from './persisted-document-error';
import { type PersistedOperation } from './persisted-operation';

/** What became of a request that named a document, for the metrics. */
export type PersistedOutcome = 'manifest' | 'automatic' | 'registered' | 'unknown' | 'refused';

export interface PersistedDocumentsOptions {
  /** Who may run nothing but the manifest: nobody, the clients of `clients`, or every caller but the platform's services. */
  readonly only: 'off' | 'partners' | 'all';
  /** Ids of clients; `*` stands for every client that acts for itself and not for a user. */
  readonly clients: ReadonlySet<string>;
  /** Bound of what callers may register by themselves (APQ), in UTF-16 units; 0 turns it off. */
  readonly automaticLength: number;
  readonly count: (outcome: PersistedOutcome) => void;
}

/** The parameters of a GraphQL request that say what to run. */
export interface DocumentParameters {
  readonly query?: string | null | undefined;
  /** GraphQL-over-HTTP, appendix "Persisted Documents". */
  readonly documentId?: string | null | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | null | undefined;
}

export interface ResolvedDocument {
  readonly source: string;
  /** The `sha256:` identifier of a document of the manifest; null for one that the caller brought. */
  readonly id: string | null;
  /** Of the manifest. */
  readonly operation: PersistedOperation | null;
}

/** Finds the document a request means, and refuses what this caller may not run. */
export class PersistedDocuments {
  private readonly automatic: AutomaticDocuments;
  private manifest: Manifest = new Map();

  constructor(private readonly options: PersistedDocumentsOptions) {
    this.automatic = new AutomaticDocuments(options.automaticLength);
  }

  /** The manifest's operations, each once, in its order. */
  get operations(): readonly PersistedOperation[] {
    return [...new Set(this.manifest.values())];
  }

  /** Takes a manifest into use. What is running already goes on. */
  replace(manifest: Manifest): void {
    this.manifest = manifest;
  }

  /** @throws {PersistedDocumentError} */
  resolve({ query, documentId, extensions }: DocumentParameters, actor: Actor | null): ResolvedDocument {
    // Empty strings count as absent: a form or a URL cannot leave a parameter out as JSON can.
    const source = query ?? '';
    if (documentId) return this.byDocumentId(documentId, source);
    const hash = readApolloHash(extensions);
    if (hash !== null) return this.byApolloHash(hash, { source, actor });
    if (!source) throw badRequest('The request has neither query nor documentId');
    if (this.isPersistedOnly(actor)) throw this.refused();
    return { source, id: null, operation: null };
  }

  private byDocumentId(documentId: string, source: string): ResolvedDocument {
    const operation = this.manifest.get(documentId);
    if (!operation) {
      this.options.count('unknown');
      throw new PersistedDocumentError('PERSISTED_QUERY_NOT_FOUND', 'No document is persisted under this id', 404);
    }
    if (source && source !== operation.text) throw badRequest('query is not the document that documentId names');
    return this.found(operation);
  }

  /** Apollo's protocol: a hash alone first, hash and text when the hash was not known. */
  private byApolloHash(hash: string, { source, actor }: { source: string; actor: Actor | null }): ResolvedDocument {
    const operation = this.manifest.get(`sha256:${hash}`) ?? this.manifest.get(hash);
    if (operation && (!source || source === operation.text)) return this.found(operation);
    if (source && hashOf(source) !== hash) throw badRequest('sha256Hash is not the SHA-256 of query');
    if (this.isPersistedOnly(actor)) throw source ? this.refused() : this.unknownHash();
    return source ? this.register(hash, source) : this.registered(hash);
  }

  private register(hash: string, source: string): ResolvedDocument {
    if (this.options.automaticLength > 0) {
      this.automatic.set(hash, source);
      this.options.count('registered');
    }
    return { source, id: null, operation: null };
  }

  private registered(hash: string): ResolvedDocument {
    if (this.options.automaticLength === 0) {
      throw new PersistedDocumentError('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported', 200);
    }
    const source = this.automatic.get(hash);
    if (source === undefined) throw this.unknownHash();
    this.options.count('automatic');
    return { source, id: null, operation: null };
  }

  private found(operation: PersistedOperation): ResolvedDocument {
    this.options.count('manifest');
    return { source: operation.text, id: operation.id, operation };
  }

  private isPersistedOnly(actor: Actor | null): boolean {
    return actor?.limits?.persistedOnly === true || this.isPartner(actor);
  }

  private isPartner(actor: Actor | null): boolean {
    const { only, clients } = this.options;
    if (only === 'off' || actor?.kind === 'service') return false;
    if (only === 'all') return true;
    if (actor?.clientId == null) return false;
    return clients.has(actor.clientId) || (actor.kind === 'client' && clients.has('*'));
  }

  private unknownHash(): PersistedDocumentError {
    this.options.count('unknown');
    // Apollo's clients look for this message or code in an answer with status 200, and then send the text.
    return new PersistedDocumentError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound', 200);
  }

  private refused(): PersistedDocumentError {
    this.options.count('refused');
    return new PersistedDocumentError('PERSISTED_QUERY_ONLY', 'This caller may run persisted operations only', 403);
  }
}

/** @throws {PersistedDocumentError} BAD_REQUEST when the extension is there, but not as Apollo's protocol has it */
function readApolloHash(extensions: DocumentParameters['extensions']): string | null {
  const given: unknown = extensions?.['persistedQuery'];
  if (given === undefined || given === null) return null;
  const { version, sha256Hash } = given as { version?: unknown; sha256Hash?: unknown };
  if (version !== 1) throw badRequest('Unsupported version of persistedQuery');
  if (typeof sha256Hash !== 'string' || !sha256Hash) throw badRequest('persistedQuery has no sha256Hash');
  return sha256Hash;
}

function badRequest(message: string): PersistedDocumentError {
  return new PersistedDocumentError('BAD_REQUEST', message, 400);
}
