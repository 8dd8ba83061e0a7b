import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { Audited, byId, JsonValue, listBy, RequireConsent, respond, SignedUrl } from '#shared/graphql';
import { Case } from '../cases/case.entity';
import { SkinFinding } from '../findings/finding.entity';
import { type ClinicalContext } from '../ports';
import { completeUpload } from './complete-upload.service';
import { signDownload } from './download.service';
import { type ImageKind, ImageKindEnum, maxImageBytes } from './image.codes';
import { Image } from './image.entity';
import { requestUpload, signUpload } from './request-upload.service';
import { UploadTicket } from './upload-ticket.entity';
import { ImagePayload, RequestUploadInput, UploadTicketPayload } from './upload.types';

const caseById = byId(Case);
const findingById = byId(SkinFinding);
const imageById = byId(Image);
const imagesOfCase = listBy(Image, 'caseId');

@Resolver(() => Image)
export class ImageResolver {
  @RequireScopes('clinical:images:read', 'clinical:patients:self')
  @Query(() => Image, { nullable: true })
  image(@Arg('id', () => ID) id: string, @Ctx() { unit }: ClinicalContext): Promise<Image | null> {
    return unit.find(Image, id);
  }

  @RequireScopes('clinical:images:write', 'clinical:patients:self')
  @Mutation(() => UploadTicketPayload)
  requestUpload(
    @Arg('input') input: RequestUploadInput,
    @Ctx() { unit }: ClinicalContext,
  ): Promise<UploadTicketPayload> {
    return respond('ticket', requestUpload(unit, input));
  }

  @RequireScopes('clinical:images:write', 'clinical:patients:self')
  @Mutation(() => ImagePayload)
  completeUpload(
    @Arg('ticketId', () => ID) ticketId: string,
    @Ctx() { unit, ports }: ClinicalContext,
  ): Promise<ImagePayload> {
    return respond('image', completeUpload({ unit, storage: ports.storage }, ticketId));
  }

  @FieldResolver(() => Case)
  case(@Root() image: Image, @Ctx() context: ClinicalContext): Promise<Case | null> {
    return context.load(caseById, image.caseId);
  }

  @FieldResolver(() => SkinFinding, { nullable: true })
  finding(@Root() { findingId }: Image, @Ctx() context: ClinicalContext): Promise<SkinFinding | null> | null {
    return findingId === null ? null : context.load(findingById, findingId);
  }

  @RequireScopes('clinical:images:read', 'clinical:patients:self')
  @RequireConsent('DIRECT_CARE', { dataCategory: 'IMAGE' })
  @Audited('image.download')
  @FieldResolver(() => SignedUrl, { nullable: true, description: 'Null until the image is verified' })
  downloadUrl(
    @Root() image: Image,
    @Arg('expiresInSeconds', () => Int, { defaultValue: 3600, description: 'From 1 to 3600' }) expiresInSeconds: number,
    @Ctx() { ports }: ClinicalContext,
  ): Promise<SignedUrl> | null {
    return signDownload(ports.storage, image, expiresInSeconds);
  }
}

@Resolver(() => UploadTicket)
export class UploadTicketResolver {
  @FieldResolver(() => SignedUrl)
  put(@Root() ticket: UploadTicket, @Ctx() { ports, at }: ClinicalContext): Promise<SignedUrl> {
    return signUpload(ports.storage, ticket, at);
  }

  @FieldResolver(() => Int, { description: 'The most any upload may have' })
  maxBytes(): number {
    return maxImageBytes;
  }

  @FieldResolver(() => JsonValue, { description: 'Sent with the PUT exactly so: they are part of its signature' })
  async requiredHeaders(
    @Root() ticket: UploadTicket,
    @Ctx() { ports, at }: ClinicalContext,
  ): Promise<Record<string, string>> {
    return (await signUpload(ports.storage, ticket, at)).headers;
  }

  @FieldResolver(() => Image, { nullable: true })
  image(@Root() ticket: UploadTicket, @Ctx() context: ClinicalContext): Promise<Image | null> {
    return context.load(imageById, ticket.imageId);
  }
}

/** The images of a case, which belong to the case's type. */
@Resolver(() => Case)
export class CaseImagesResolver {
  @FieldResolver(() => [Image])
  async images(
    @Root() skinCase: Case,
    @Arg('kind', () => ImageKindEnum, { nullable: true }) kind: ImageKind | null,
    @Ctx() context: ClinicalContext,
  ): Promise<Image[]> {
    const images = await context.load(imagesOfCase, skinCase.id);
    return kind ? images.filter((image) => image.kind === kind) : images;
  }
}
