import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, type DocumentNode } from 'graphql';
import { createSourceFile, ScriptTarget, type SourceFile } from 'typescript';
import { scopes } from '#shared/auth';
import { errorCodes } from '#shared/errors';
import { eventTypes } from '#shared/events';
import { harvestScopes } from './scope-harvest';

/** What the rules look at; tests give them a small one. */
export interface Repository {
  /** TypeScript sources by their path from the root, with `/`. */
  readonly sources: ReadonlyMap<string, SourceFile>;
  /** Committed SDL by subgraph. */
  readonly schemas: ReadonlyMap<string, DocumentNode>;
  readonly references: readonly Reference[];
  /** Those that roles and clients can be given. */
  readonly scopes: readonly string[];
}

/** A page where a reader looks something up by its exact name. */
export interface Reference {
  readonly page: string;
  readonly text: string;
  /** What it has to name. */
  readonly names: readonly string[];
}

const references = {
  'docs/errors.md': Object.keys(errorCodes),
  'docs/events.md': Object.keys(eventTypes),
  'docs/scopes.md': scopes,
};

const folders = ['shared', 'gateway', 'subgraphs', 'infra'];

export function readRepository(root: string): Repository {
  const paths = folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => filesBelow(root, folder));
  const sources = paths.filter((path) => path.endsWith('.ts')).map((path) => [path, read(root, path)] as const);
  const schemas = paths
    .map((path) => [/^subgraphs\/([^/]+)\/schema\.graphql$/.exec(path)?.[1], path] as const)
    .flatMap(([name, path]) => (name === undefined ? [] : [[name, read(root, path)] as const]));
  return {
    ...repositoryOf(Object.fromEntries(sources), Object.fromEntries(schemas)),
    scopes,
    references: Object.entries(references).map(([page, names]) => ({ page, names, text: read(root, page) })),
  };
}

export function repositoryOf(sources: Record<string, string>, schemas: Record<string, string> = {}): Repository {
  const documents = new Map(Object.entries(schemas).map(([name, sdl]) => [name, parse(sdl, { noLocation: true })]));
  return {
    sources: new Map(
      Object.entries(sources).map(([path, text]) => [path, createSourceFile(path, text, ScriptTarget.ES2022, true)]),
    ),
    schemas: documents,
    references: [],
    scopes: [...harvestScopes(documents).keys()],
  };
}

function read(root: string, path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function filesBelow(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
    (path) => `${folder}/${path.replaceAll('\\', '/')}`,
  );
}
