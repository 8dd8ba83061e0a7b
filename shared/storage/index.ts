export { createObjectStore, type ObjectStoreOptions } from './create-object-store';
export {
  type DownloadOptions,
  type ObjectHead,
  type ObjectStore,
  type PresignedRequest,
  type UploadAnnouncement,
} from './object-store';
export { createS3Subset, type S3SubsetOptions } from './s3-subset';
export { type S3Credentials } from './signature';
