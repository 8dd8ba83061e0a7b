export { answerConditionally } from './conditional-get';
export { documentIdOf } from './document-id';
export { ManifestError, readManifest } from './manifest';
export { PersistedDocumentError } from './persisted-document-error';
export { PersistedDocuments, type PersistedDocumentsOptions, type PersistedOutcome } from './persisted-documents';
export { type PersistedOperation } from './persisted-operation';
export { variablesSchema } from './variables-schema';
export { openManifest, type ManifestWatch } from './open-manifest';
