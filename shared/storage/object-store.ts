/** Where files are kept: S3, MinIO, or the embedded subset of S3. Keys hold ids only: they show in URLs and logs. */
export interface ObjectStore {
  /**
   * Makes the bucket when it is missing, and stamps an empty one with its region. All else waits for that stamp as well.
   * @throws {RegionMismatchError} when the bucket is another region's
   */
  ensureBucket(): Promise<void>;
  put(key: string, bytes: Uint8Array, options: { readonly contentType: string }): Promise<void>;
  /**
   * Stores it unless the key is taken; then nothing changes (RFC 9110 §13.1.2, `If-None-Match: *`).
   * @param options.retainUntil nobody, not even an administrator, deletes or replaces it before then (S3 Object Lock in
   * compliance mode); the store refuses it when the bucket has no lock
   * @returns false when the key was taken
   */
  putIfAbsent(
    key: string,
    bytes: Uint8Array,
    options: { readonly contentType: string; readonly retainUntil?: Date },
  ): Promise<boolean>;
  /** @throws {NotFoundError} @throws {DomainError} UPLOAD_TOO_LARGE above `maxBytes` (25,000,000 when absent) */
  get(key: string, options?: { readonly maxBytes?: number }): Promise<Buffer>;
  /** null when there is no such object. */
  head(key: string): Promise<ObjectHead | null>;
  /** An object that is not there counts as deleted. */
  delete(key: string): Promise<void>;
  /** A request by which a client may store exactly the bytes announced: the store refuses any other. */
  presignPut(key: string, upload: UploadAnnouncement): Promise<PresignedRequest>;
  /** @throws {RangeError} when `expiresInSeconds` is not from 1 to 3600 */
  presignGet(key: string, download: DownloadOptions): Promise<PresignedRequest>;
  close(): void;
}

export interface ObjectHead {
  readonly sizeBytes: number;
  readonly contentType: string;
  readonly etag: string;
}

export interface UploadAnnouncement {
  readonly contentType: string;
  /** In bytes. */
  readonly contentLength: number;
  readonly sha256Hex: string;
  /** 1 to 3600. */
  readonly expiresInSeconds: number;
}

export interface DownloadOptions {
  /** 1 to 3600. */
  readonly expiresInSeconds: number;
  readonly responseContentType?: string;
  /** RFC 6266, e.g. `attachment; filename="image.jpg"`. It is part of the URL: no names of people. */
  readonly contentDisposition?: string;
}

export interface PresignedRequest {
  readonly url: string;
  readonly method: 'GET' | 'PUT';
  /** To be sent as they are; they are signed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAt: Date;
}
