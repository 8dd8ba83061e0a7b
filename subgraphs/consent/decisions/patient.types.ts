import { Directive, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Authenticated } from '#shared/auth';
import { DateTime } from '#shared/graphql';
import { ConsentRecord } from '../records/record.entity';
import { ConsentTextVersion } from '../texts/text.entity';
import { type LegalBasis, LegalBasisEnum } from '../types/type.codes';
import { ConsentType } from '../types/type.entity';

@ObjectType({ description: 'Owned by clinical; consent adds what the patient has agreed to.' })
@Directive('@key(fields: "id")')
@Authenticated()
export class Patient {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
export class ConsentDecision {
  @Field(() => ID)
  patientId!: string;

  @Field()
  permitted!: boolean;

  @Field({ description: 'PROVISION, RECORD, LEGAL_BASIS or NO_CONSENT' })
  reason!: string;

  @Field(() => LegalBasisEnum, { nullable: true })
  basis!: LegalBasis | null;

  @Field(() => ConsentType, { nullable: true, description: 'What to ask the patient for' })
  consentType!: ConsentType | null;

  @Field(() => ID, { nullable: true, description: 'The record that decided; reading it is another matter' })
  decidingRecordId!: string | null;

  @Field(() => DateTime)
  evaluatedAt!: Date;

  @Field(() => Int, { description: 'How long an asker may keep this; 0 when it changes within a second' })
  cacheForSeconds!: number;
}

@InputType({ description: 'Who will see the data, when a service asks on their behalf.' })
export class ConsentViewerInput {
  @Field(() => ID, { nullable: true })
  userId?: string | null;

  @Field(() => ID, { nullable: true })
  clientId?: string | null;
}

@ObjectType()
export class RequiredConsent {
  @Field(() => ConsentType)
  type!: ConsentType;

  @Field()
  satisfied!: boolean;

  @Field(() => ConsentRecord, { nullable: true })
  record!: ConsentRecord | null;

  @Field(() => ConsentTextVersion, { nullable: true, description: 'The text to show' })
  text!: ConsentTextVersion | null;
}
