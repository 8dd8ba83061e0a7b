import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { byId, listBy, respond } from '#shared/graphql';
import { Case } from '../cases/case.entity';
import { SkinFinding } from '../findings/finding.entity';
import { type ClinicalContext } from '../ports';
import { type DiagnosisSource, DiagnosisSourceEnum } from './diagnosis.codes';
import { Diagnosis } from './diagnosis.entity';
import { recordDiagnosis } from './diagnosis.service';
import { DiagnosisPayload, RecordDiagnosisInput } from './diagnosis.types';

const caseById = byId(Case);
const findingById = byId(SkinFinding);
const diagnosisById = byId(Diagnosis);
const diagnosesOfCase = listBy(Diagnosis, 'caseId');

@Resolver(() => Diagnosis)
export class DiagnosisResolver {
  @RequireScopes('clinical:diagnoses:write')
  @Mutation(() => DiagnosisPayload)
  recordDiagnosis(
    @Arg('input') input: RecordDiagnosisInput,
    @Ctx() { unit }: ClinicalContext,
  ): Promise<DiagnosisPayload> {
    return respond('diagnosis', recordDiagnosis(unit, input));
  }

  @FieldResolver(() => Case, { nullable: true })
  case(@Root() diagnosis: Diagnosis, @Ctx() context: ClinicalContext): Promise<Case | null> {
    return context.load(caseById, diagnosis.caseId);
  }

  @FieldResolver(() => SkinFinding, { nullable: true })
  finding(@Root() { findingId }: Diagnosis, @Ctx() context: ClinicalContext): Promise<SkinFinding | null> | null {
    return findingId === null ? null : context.load(findingById, findingId);
  }

  @FieldResolver(() => Diagnosis, { nullable: true })
  supersedes(@Root() { supersedesId }: Diagnosis, @Ctx() context: ClinicalContext): Promise<Diagnosis | null> | null {
    return supersedesId === null ? null : context.load(diagnosisById, supersedesId);
  }
}

/** The diagnoses of a case, which belong to the case's type. */
@Resolver(() => Case)
export class CaseDiagnosesResolver {
  @FieldResolver(() => [Diagnosis])
  async diagnoses(
    @Root() skinCase: Case,
    @Arg('source', () => DiagnosisSourceEnum, { nullable: true }) source: DiagnosisSource | null,
    @Ctx() context: ClinicalContext,
  ): Promise<Diagnosis[]> {
    const diagnoses = await context.load(diagnosesOfCase, skinCase.id);
    return source ? diagnoses.filter((diagnosis) => diagnosis.source === source) : diagnoses;
  }
}
