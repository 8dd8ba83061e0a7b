import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
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

  @Field(() => ConsentRecord, { nullable: true })
  decidingRecord!: ConsentRecord | null;

  @Field(() => DateTime)
  evaluatedAt!: Date;

  @Field(() => Int)
  cacheForSeconds!: number;
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
