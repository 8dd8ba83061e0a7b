import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Payload } from '#shared/graphql';
import {
  type DiagnosisCertainty,
  DiagnosisCertaintyEnum,
  type DiagnosisSource,
  DiagnosisSourceEnum,
  type Malignancy,
  MalignancyEnum,
} from './diagnosis.codes';
import { Diagnosis } from './diagnosis.entity';

@InputType()
export class RecordDiagnosisInput {
  @Field(() => ID, { nullable: true, description: 'With it a repeated request answers the diagnosis of the first' })
  idempotencyKey?: string | null;

  @Field(() => ID)
  caseId!: string;

  @Field(() => ID, { nullable: true })
  findingId?: string | null;

  @Field(() => DiagnosisSourceEnum, { description: 'REFERRER or HUMAN; the others come from where they are made' })
  source!: DiagnosisSource;

  @Field({ description: 'E.g. ICD-10' })
  system!: string;

  @Field({ description: 'E.g. C43.5' })
  code!: string;

  @Field(() => MalignancyEnum)
  malignancy!: Malignancy;

  @Field(() => DiagnosisCertaintyEnum)
  certainty!: DiagnosisCertainty;

  @Field(() => ID, { nullable: true, description: 'An earlier diagnosis of the same case that this one replaces' })
  supersedes?: string | null;
}

@ObjectType()
export class DiagnosisPayload extends Payload {
  @Field(() => Diagnosis, { nullable: true })
  diagnosis!: Diagnosis | null;
}
