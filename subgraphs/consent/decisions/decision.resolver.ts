import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { byId, listBy } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { type ConsentAction, ConsentActionEnum, type ConsentStatus, ConsentStatusEnum } from '../records/record.codes';
import { ConsentRecord } from '../records/record.entity';
import { type ConsentPurpose, ConsentPurposeEnum, type DataCategory, DataCategoryEnum } from '../types/type.codes';
import { decideForPatients, requiredConsents } from './decision.service';
import { ConsentDecision, ConsentViewerInput, Patient, RequiredConsent } from './patient.types';

const recordsOfPatient = listBy(ConsentRecord, 'patientId');
const recordById = byId(ConsentRecord);

@Resolver(() => Patient)
export class ConsentDecisionResolver {
  @RequireScopes('consent:decisions:read')
  @Query(() => [ConsentDecision], { description: 'One decision per patient, in the order asked; at most 1,000.' })
  consentDecisions(
    @Arg('patientIds', () => [ID]) patientIds: string[],
    @Arg('purpose', () => ConsentPurposeEnum) purpose: ConsentPurpose,
    @Arg('action', () => ConsentActionEnum, { defaultValue: 'ACCESS' }) action: ConsentAction,
    @Arg('dataCategory', () => DataCategoryEnum, { defaultValue: 'CLINICAL' }) dataCategory: DataCategory,
    @Arg('viewer', () => ConsentViewerInput, { nullable: true, description: 'For services only; else the caller' })
    viewer: ConsentViewerInput | null,
    @Ctx() { unit }: RequestContext,
  ): Promise<ConsentDecision[]> {
    return decideForPatients(unit, patientIds, { purpose, action, dataCategory, viewer });
  }

  @RequireScopes('consent:records:read', 'consent:records:self')
  @FieldResolver(() => [ConsentRecord])
  async consents(
    @Root() patient: Patient,
    @Arg('status', () => [ConsentStatusEnum], { nullable: true }) status: ConsentStatus[] | null,
    @Ctx() context: RequestContext,
  ): Promise<ConsentRecord[]> {
    const records = await context.load(recordsOfPatient, patient.id);
    return status ? records.filter((record) => status.includes(record.status)) : records;
  }

  @RequireScopes('consent:records:read', 'consent:records:self')
  @FieldResolver(() => [RequiredConsent])
  requiredConsents(
    @Root() patient: Patient,
    @Arg('purpose', () => ConsentPurposeEnum) purpose: ConsentPurpose,
    @Ctx() { unit }: RequestContext,
  ): Promise<RequiredConsent[]> {
    return requiredConsents(unit, patient.id, purpose);
  }

  @RequireScopes('consent:decisions:read', 'consent:records:self')
  @FieldResolver(() => ConsentDecision)
  async consentDecision(
    @Root() patient: Patient,
    @Arg('purpose', () => ConsentPurposeEnum) purpose: ConsentPurpose,
    @Arg('action', () => ConsentActionEnum, { defaultValue: 'ACCESS' }) action: ConsentAction,
    @Arg('dataCategory', () => DataCategoryEnum, { defaultValue: 'CLINICAL' }) dataCategory: DataCategory,
    @Ctx() { unit }: RequestContext,
  ): Promise<ConsentDecision | null> {
    const [decision = null] = await decideForPatients(unit, [patient.id], { purpose, action, dataCategory });
    return decision;
  }
}

@Resolver(() => ConsentDecision)
export class DecidingRecordResolver {
  @FieldResolver(() => ConsentRecord, { nullable: true })
  decidingRecord(
    @Root() decision: ConsentDecision,
    @Ctx() context: RequestContext,
  ): Promise<ConsentRecord | null> | null {
    return decision.decidingRecordId === null ? null : context.load(recordById, decision.decidingRecordId);
  }
}
