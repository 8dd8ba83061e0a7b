import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { listBy, respond } from '#shared/graphql';
import { Patient } from '../patients/patient.entity';
import { UpdatePatientPayload } from '../patients/patient.types';
import { type ClinicalContext } from '../ports';
import { RecordRestriction } from './restriction.entity';
import { liftRestriction, restrictRecord } from './restriction.service';

const restrictionsOfPatient = listBy(RecordRestriction, 'patientId');

@Resolver(() => Patient)
export class RestrictionResolver {
  @RequireScopes('clinical:patients:write')
  @Mutation(() => UpdatePatientPayload, { description: 'Closes the record to everybody but the care team' })
  restrictRecord(
    @Arg('patientId', () => ID) patientId: string,
    @Arg('careTeam', () => [ID], { description: 'Users; whoever asks is one of them' }) careTeam: string[],
    @Ctx() { unit }: ClinicalContext,
  ): Promise<UpdatePatientPayload> {
    return respond('patient', restrictRecord(unit, { patientId, careTeam }));
  }

  @RequireScopes('clinical:patients:write')
  @Mutation(() => UpdatePatientPayload)
  liftRestriction(
    @Arg('patientId', () => ID) patientId: string,
    @Ctx() { unit }: ClinicalContext,
  ): Promise<UpdatePatientPayload> {
    return respond('patient', liftRestriction(unit, patientId));
  }

  @RequireScopes('clinical:patients:read', 'clinical:patients:self')
  @FieldResolver(() => Boolean, { description: 'Only the care team, the patient and who breaks the glass see it' })
  async isRestricted(@Root() patient: Patient, @Ctx() context: ClinicalContext): Promise<boolean> {
    return (await context.load(restrictionsOfPatient, patient.id)).length > 0;
  }
}
