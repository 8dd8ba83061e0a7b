import { Field, ID, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { PhiSubject, TenantEntity, VisibleBy } from '#shared/database';
import { CodeColumn, IdColumn, IntegerColumn, ReferenceColumn, TimeColumn } from '#shared/tables';
import { caseStaff, staffOrSelf } from '../visibility';
import { type ImageContentType } from './image.codes';

@ObjectType({ description: 'The right to upload one file of exactly these bytes, once, for five minutes.' })
@RequireScopes('clinical:images:write', 'clinical:patients:self')
@VisibleBy<UploadTicket>('case_visibility', staffOrSelf(caseStaff))
@PhiSubject<UploadTicket>((ticket) => ticket.patientId)
@Entity('upload_tickets')
export class UploadTicket extends TenantEntity {
  @Field(() => ID)
  @IdColumn('tkt')
  id!: string;

  @ReferenceColumn('img')
  imageId!: string;

  @ReferenceColumn('pat')
  patientId!: string;

  @CodeColumn()
  contentType!: ImageContentType;

  @IntegerColumn()
  byteSize!: number;

  /** Announced hash of the bytes as they are uploaded, hexadecimal. */
  @CodeColumn({ name: 'sha256' })
  sha256!: string;

  @TimeColumn()
  expiresAt!: Date;

  /** When the upload was removed for good. Until then something may still lie under its key. */
  @TimeColumn({ nullable: true })
  sweptAt!: Date | null;

  /** Where the client puts the bytes. What is kept is a clean copy elsewhere. */
  uploadKey(): string {
    return `uploads/${this.organisationId}/${this.id}`;
  }
}
