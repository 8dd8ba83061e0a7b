import { Directive, Field, Float, ID, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { Authenticated, RequireScopes } from '#shared/auth';
import { Encrypted, PhiSubject, TenantEntity, VisibleBy } from '#shared/database';
import { ConflictError } from '#shared/errors';
import { Audited, Phi } from '#shared/graphql';
import { CodeColumn, IdColumn } from '#shared/tables';
import { patientStaff, visiblePatients } from '../visibility';
import { PatientDemographics, PatientIdentity } from './identity.types';
import { type BloodType, BloodTypeEnum, type PatientStatus, PatientStatusEnum } from './patient.codes';

@ObjectType({ description: 'A person under care. Who they are is readable through `identity` and nowhere else.' })
@Directive('@key(fields: "id")')
@Authenticated()
@VisibleBy<Patient>('patient_visibility', (actor) => {
  const id = visiblePatients(actor, patientStaff);
  return id ? { id } : 'all';
})
@PhiSubject<Patient>((patient) => patient.id)
@Entity('patients')
export class Patient extends TenantEntity {
  @Field(() => ID)
  @IdColumn('pat')
  id!: string;

  @Field(() => PatientStatusEnum)
  @CodeColumn()
  status!: PatientStatus;

  @Field(() => PatientIdentity, { nullable: true, description: 'Null after erasure' })
  @RequireScopes('clinical:patients:read', 'clinical:patients:self')
  @Audited('patient.identity.read')
  @Encrypted('DIRECT_IDENTIFIER')
  identity!: PatientIdentity | null;

  /** Keyed hash of the record number; unique, so that no number names two patients. */
  @CodeColumn({ nullable: true })
  mrnHash!: string | null;

  @Encrypted('CLINICAL')
  characteristics!: Omit<PatientDemographics, 'ageYears'> | null;

  @Field(() => BloodTypeEnum, { nullable: true })
  @Phi()
  @RequireScopes('clinical:records:read', 'clinical:patients:self')
  @Encrypted('CLINICAL')
  bloodType!: BloodType | null;

  @Field(() => Float, { nullable: true })
  @Phi()
  @RequireScopes('clinical:records:read', 'clinical:patients:self')
  @Encrypted('CLINICAL')
  heightCm!: number | null;

  @Field(() => Float, { nullable: true })
  @Phi()
  @RequireScopes('clinical:records:read', 'clinical:patients:self')
  @Encrypted('CLINICAL')
  weightKg!: number | null;

  /** @throws {ConflictError} when no new care may begin for this patient. */
  assertActive(): void {
    if (this.status !== 'ACTIVE') throw new ConflictError('This patient is not active');
  }

  demographics(at: Date): PatientDemographics {
    const { sexAtBirth = null, fitzpatrick = null } = this.characteristics ?? {};
    return { ageYears: this.identity && ageInYears(this.identity.birthDate, at), sexAtBirth, fitzpatrick };
  }

  /** Kilograms per square metre, to one decimal. */
  bmi(): number | null {
    if (this.heightCm === null || this.weightKg === null) return null;
    return Math.round((this.weightKg / (this.heightCm / 100) ** 2) * 10) / 10;
  }
}

function ageInYears(birthDate: string, at: Date): number {
  const today = at.toISOString().slice(0, 10);
  const years = Number(today.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return today.slice(5) < birthDate.slice(5) ? years - 1 : years;
}
