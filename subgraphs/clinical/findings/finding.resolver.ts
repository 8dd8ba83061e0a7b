import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { byId, listBy, RequireConsent, respond } from '#shared/graphql';
import { Case } from '../cases/case.entity';
import { Diagnosis } from '../diagnoses/diagnosis.entity';
import { Image } from '../images/image.entity';
import { type ClinicalContext } from '../ports';
import { type AiExclusion, AiExclusionEnum, type LesionChange, LesionChangeEnum } from './finding.codes';
import { SkinFinding } from './finding.entity';
import { addFinding } from './finding.service';
import { AddFindingInput, FindingPayload } from './finding.types';

const caseById = byId(Case);
const findingsOfCase = listBy(SkinFinding, 'caseId');
const imagesOfFinding = listBy(Image, 'findingId');
const diagnosesOfFinding = listBy(Diagnosis, 'findingId');

@Resolver(() => SkinFinding)
export class SkinFindingResolver {
  @RequireScopes('clinical:cases:write')
  @Mutation(() => FindingPayload)
  addFinding(@Arg('input') input: AddFindingInput, @Ctx() { unit }: ClinicalContext): Promise<FindingPayload> {
    return respond('finding', addFinding(unit, input));
  }

  @FieldResolver(() => Case)
  case(@Root() finding: SkinFinding, @Ctx() context: ClinicalContext): Promise<Case | null> {
    return context.load(caseById, finding.caseId);
  }

  @FieldResolver(() => [LesionChangeEnum])
  changes(@Root() finding: SkinFinding): LesionChange[] {
    return finding.changes ?? [];
  }

  @FieldResolver(() => [AiExclusionEnum], { description: 'Any of these sends the lesion to a person, never to an AI' })
  unsuitableForAi(@Root() finding: SkinFinding): AiExclusion[] {
    return finding.unsuitableForAi ?? [];
  }

  @RequireConsent('PHOTOGRAPHY', { dataCategory: 'IMAGE' })
  @FieldResolver(() => [Image], { nullable: true, description: 'Null while the patient does not consent to pictures' })
  images(@Root() finding: SkinFinding, @Ctx() context: ClinicalContext): Promise<Image[]> {
    return context.load(imagesOfFinding, finding.id);
  }

  @FieldResolver(() => [Diagnosis])
  diagnoses(@Root() finding: SkinFinding, @Ctx() context: ClinicalContext): Promise<Diagnosis[]> {
    return context.load(diagnosesOfFinding, finding.id);
  }
}

/** The findings of a case, which belong to the case's type. */
@Resolver(() => Case)
export class CaseFindingsResolver {
  @FieldResolver(() => [SkinFinding])
  findings(@Root() skinCase: Case, @Ctx() context: ClinicalContext): Promise<SkinFinding[]> {
    return context.load(findingsOfCase, skinCase.id);
  }
}
