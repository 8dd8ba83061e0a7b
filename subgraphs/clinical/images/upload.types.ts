import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Payload } from '#shared/graphql';
import { type ImageKind, ImageKindEnum } from './image.codes';
import { Image } from './image.entity';
import { UploadTicket } from './upload-ticket.entity';

@InputType()
export class RequestUploadInput {
  @Field(() => ID)
  idempotencyKey!: string;

  @Field(() => ID)
  caseId!: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The lesion shown; without it the picture is of the case as a whole',
  })
  findingId?: string | null;

  @Field(() => ImageKindEnum)
  imageKind!: ImageKind;

  @Field(() => String, { nullable: true })
  fileName?: string | null;

  @Field({ description: 'image/jpeg, image/png or image/webp' })
  contentType!: string;

  @Field(() => Int, { description: 'At most 20,000,000' })
  byteSize!: number;

  @Field({ description: 'Of the file, hexadecimal' })
  sha256!: string;
}

@ObjectType()
export class UploadTicketPayload extends Payload {
  @Field(() => UploadTicket, { nullable: true })
  ticket!: UploadTicket | null;
}

@ObjectType()
export class ImagePayload extends Payload {
  @Field(() => Image, { nullable: true })
  image!: Image | null;
}
