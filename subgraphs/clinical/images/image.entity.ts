import { Directive, Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { Encrypted, PhiSubject, TenantEntity, VisibleBy } from '#shared/database';
import { Phi } from '#shared/graphql';
import { CodeColumn, IdColumn, IntegerColumn, ReferenceColumn } from '#shared/tables';
import { caseStaff, staffOrSelf } from '../visibility';
import {
  type ImageContentType,
  type ImageKind,
  ImageKindEnum,
  type RejectionReason,
  type UploadStatus,
  UploadStatusEnum,
} from './image.codes';
import { type CleanImage } from './inspect-image';

@ObjectType({ description: 'A hint to whoever takes the picture, not a judgement of its diagnostic value.' })
export class ImageQuality {
  @Field(() => Float, { description: 'From 0 to 1' })
  score!: number;

  @Field()
  sharp!: boolean;

  @Field({ description: 'Neither too dark nor too bright' })
  exposed!: boolean;

  @Field(() => [String])
  advice!: string[];
}

@ObjectType({ description: 'A picture of a case or of one of its lesions.' })
@Directive('@key(fields: "id")')
@Phi('IMAGE')
@RequireScopes('clinical:images:read', 'clinical:patients:self')
@VisibleBy<Image>('case_visibility', staffOrSelf(caseStaff))
@PhiSubject<Image>((image) => image.patientId)
@Entity('images')
export class Image extends TenantEntity {
  @Field(() => ID)
  @IdColumn('img')
  id!: string;

  @ReferenceColumn('case')
  caseId!: string;

  /** For the gateway alone: whose consent decides about the pictures. */
  @Field(() => ID)
  @Directive('@inaccessible')
  @ReferenceColumn('pat')
  patientId!: string;

  @ReferenceColumn('fnd', { nullable: true })
  findingId!: string | null;

  @Field(() => ImageKindEnum)
  @CodeColumn()
  kind!: ImageKind;

  @Field(() => UploadStatusEnum)
  @CodeColumn()
  status!: UploadStatus;

  @Field(() => String, { nullable: true, description: 'As it was called where it came from' })
  @Encrypted('IMAGE')
  fileName!: string | null;

  @Field(() => String)
  @CodeColumn()
  contentType!: ImageContentType;

  @Field(() => Int, { nullable: true, description: 'Of the picture as it is kept, without the metadata it came with' })
  @IntegerColumn({ nullable: true })
  byteSize!: number | null;

  @Field(() => String, { nullable: true, description: 'Of the picture as it is kept, hexadecimal' })
  @CodeColumn({ nullable: true, name: 'sha256' })
  sha256!: string | null;

  @Field(() => Int, { nullable: true })
  @IntegerColumn({ nullable: true })
  width!: number | null;

  @Field(() => Int, { nullable: true })
  @IntegerColumn({ nullable: true })
  height!: number | null;

  @Field(() => ImageQuality, { nullable: true })
  @Encrypted('IMAGE')
  quality!: ImageQuality | null;

  @Field(() => String, { nullable: true, description: 'A stable code, e.g. HASH_MISMATCH' })
  @CodeColumn({ nullable: true })
  rejectionReason!: RejectionReason | null;

  /** Where verified bytes lie. Named by their hash and never signed for upload, so nobody can replace them. */
  objectKey(sha256: string): string {
    return `images/${this.organisationId}/${this.id}/${sha256}`;
  }

  verify({ sha256, byteSize, width, height, quality }: CleanImage): void {
    Object.assign(this, { status: 'VERIFIED', sha256, byteSize, width, height, quality });
  }

  reject(reason: RejectionReason): void {
    this.status = 'REJECTED';
    this.rejectionReason = reason;
  }
}
