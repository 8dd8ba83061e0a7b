import { byId } from '#shared/graphql';
import { defineSubgraph } from '#shared/subgraph';
import { Case } from './cases/case.entity';
import { CaseResolver, PatientCasesResolver } from './cases/case.resolver';
import { followReviews } from './cases/review-news.consumer';
import { seedClinicalDemo } from './demo';
import { DiagnosisImport } from './diagnoses/diagnosis-import.entity';
import { Diagnosis } from './diagnoses/diagnosis.entity';
import { CaseDiagnosesResolver, DiagnosisResolver } from './diagnoses/diagnosis.resolver';
import { importDiagnoses } from './diagnoses/import-diagnoses.worker';
import { SkinFinding } from './findings/finding.entity';
import { CaseFindingsResolver, SkinFindingResolver } from './findings/finding.resolver';
import { Image } from './images/image.entity';
import { CaseImagesResolver, ImageResolver, UploadTicketResolver } from './images/image.resolver';
import { sweepUploads } from './images/sweep-uploads.worker';
import { UploadTicket } from './images/upload-ticket.entity';
import { createPatients } from './migrations/1764000200001-create-patients';
import { createCases } from './migrations/1764000200002-create-cases';
import { createImages } from './migrations/1764000200003-create-images';
import { createDiagnoses } from './migrations/1764000200004-create-diagnoses';
import { PatientIndexEntry } from './patients/patient-index.entity';
import { Patient } from './patients/patient.entity';
import { PatientResolver } from './patients/patient.resolver';
import { type ClinicalPorts, clinicalPorts } from './ports';
import { restrictRecords } from './migrations/1764000700010-restrict-records';
import { CareTeamMember, RecordRestriction } from './restrictions/restriction.entity';
import { RestrictionResolver } from './restrictions/restriction.resolver';
import { CaseEvent } from './timeline/case-event.entity';

const patientById = byId(Patient);
const caseById = byId(Case);
const findingById = byId(SkinFinding);
const imageById = byId(Image);
const diagnosisById = byId(Diagnosis);

/** Patients, their cases, and what was seen and found: the platform's record of care. */
export const clinical = defineSubgraph<ClinicalPorts>({
  name: 'clinical',
  purpose: 'DIRECT_CARE',
  resolvers: [
    ...([PatientResolver, CaseResolver, PatientCasesResolver, SkinFindingResolver, CaseFindingsResolver] as const),
    ...([ImageResolver, UploadTicketResolver, CaseImagesResolver, DiagnosisResolver, CaseDiagnosesResolver] as const),
    RestrictionResolver,
  ],
  entities: [
    Patient,
    PatientIndexEntry,
    Case,
    CaseEvent,
    SkinFinding,
    Image,
    UploadTicket,
    Diagnosis,
    DiagnosisImport,
    RecordRestriction,
    CareTeamMember,
  ],
  migrations: [createPatients, createCases, createImages, createDiagnoses, restrictRecords],
  references: {
    Patient: ({ id }, context) => context.load(patientById, id),
    Case: ({ id }, context) => context.load(caseById, id),
    SkinFinding: ({ id }, context) => context.load(findingById, id),
    Image: ({ id }, context) => context.load(imageById, id),
    Diagnosis: ({ id }, context) => context.load(diagnosisById, id),
  },
  consumers: [followReviews],
  workers: [importDiagnoses, sweepUploads],
  serviceScopes: ['clinical:cases:read', 'consent:decisions:read', 'reviews:ai:read', 'reviews:human:read'],
  ports: clinicalPorts,
  seedDemo: seedClinicalDemo,
});

/** For imports and benchmarks, which fill the database while the platform rests. */
export { createPatientsInBulk } from './patients/patient.service';
export { type CreatePatientInput } from './patients/patient.types';
