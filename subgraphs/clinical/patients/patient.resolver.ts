import { Arg, Ctx, Directive, FieldResolver, Float, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Authenticated, RequireScopes } from '#shared/auth';
import { type Connection, connectionOf, listSize, Phi, respond } from '#shared/graphql';
import { type ClinicalContext } from '../ports';
import { Organisation } from '../organisation.types';
import { PatientDemographics } from './identity.types';
import { Patient } from './patient.entity';
import { createPatient, listOwnPatients, listPatients, updatePatient } from './patient.service';
import {
  CreatePatientInput,
  CreatePatientPayload,
  PatientConnection,
  PatientFilter,
  UpdatePatientInput,
  UpdatePatientPayload,
} from './patient.types';

@Resolver(() => Patient)
export class PatientResolver {
  @Authenticated()
  @Query(() => Patient, { nullable: true })
  patient(@Arg('id', () => ID) id: string, @Ctx() { unit }: ClinicalContext): Promise<Patient | null> {
    return unit.find(Patient, id);
  }

  @RequireScopes('clinical:patients:read')
  @Directive(listSize)
  @Query(() => PatientConnection, { description: 'Newest first' })
  async patients(
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Arg('filter', () => PatientFilter, { nullable: true }) filter: PatientFilter | null,
    @Ctx() { unit }: ClinicalContext,
  ): Promise<Connection<Patient>> {
    return connectionOf(await listPatients(unit, { first, after }, filter));
  }

  @RequireScopes('clinical:patients:self')
  @Query(() => [Patient], { description: "The caller's own record and those of the people they act for" })
  myPatients(@Ctx() { unit }: ClinicalContext): Promise<Patient[]> {
    return listOwnPatients(unit);
  }

  @RequireScopes('clinical:patients:write')
  @Mutation(() => CreatePatientPayload)
  createPatient(
    @Arg('input') input: CreatePatientInput,
    @Ctx() { unit }: ClinicalContext,
  ): Promise<CreatePatientPayload> {
    return respond('patient', createPatient(unit, input));
  }

  @RequireScopes('clinical:patients:write')
  @Mutation(() => UpdatePatientPayload)
  updatePatient(
    @Arg('input') input: UpdatePatientInput,
    @Ctx() { unit }: ClinicalContext,
  ): Promise<UpdatePatientPayload> {
    return respond('patient', updatePatient(unit, input));
  }

  @FieldResolver(() => Organisation)
  organisation(@Root() patient: Patient): Organisation {
    return { id: patient.organisationId };
  }

  @RequireScopes('clinical:patients:read', 'clinical:patients:self')
  @FieldResolver(() => PatientDemographics, { nullable: true })
  demographics(@Root() patient: Patient, @Ctx() { at }: ClinicalContext): PatientDemographics {
    return patient.demographics(at);
  }

  @RequireScopes('clinical:records:read', 'clinical:patients:self')
  @Phi()
  @FieldResolver(() => Float, { nullable: true, description: 'Kilograms per square metre' })
  bmi(@Root() patient: Patient): number | null {
    return patient.bmi();
  }
}
