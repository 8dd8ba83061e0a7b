import { Arg, Ctx, Directive, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { byId, type Connection, connectionOf, listSize, Live, respond } from '#shared/graphql';
import { Organisation } from '../organisation.types';
import { Patient } from '../patients/patient.entity';
import { type ClinicalContext } from '../ports';
import { type CaseEvent, CaseEventConnection } from '../timeline/case-event.entity';
import { readTimeline } from '../timeline/timeline.service';
import { type CaseStatus, CaseStatusEnum } from './case.codes';
import { Case } from './case.entity';
import { findChangedCase, listCases } from './case-list.service';
import { availableTransitions } from './case.machine';
import { cancelCase, closeCase, communicateOutcome, createCase } from './case.service';
import { CaseConnection, CaseFilter, CaseOutcome, CasePayload, CreateCaseInput } from './case.types';
import { submitCase } from './submission.service';

const patientById = byId(Patient);

@Resolver(() => Case)
export class CaseResolver {
  @RequireScopes('clinical:cases:read', 'clinical:patients:self')
  @Query(() => Case, { nullable: true })
  case(@Arg('id', () => ID) id: string, @Ctx() { unit }: ClinicalContext): Promise<Case | null> {
    return unit.find(Case, id);
  }

  @RequireScopes('clinical:cases:read')
  @Directive(listSize)
  @Query(() => CaseConnection, { description: 'Newest first' })
  async cases(
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Arg('filter', () => CaseFilter, { nullable: true }) filter: CaseFilter | null,
    @Ctx() { unit }: ClinicalContext,
  ): Promise<Connection<Case>> {
    return connectionOf(await listCases(unit, { first, after }, filter));
  }

  @RequireScopes('clinical:cases:write')
  @Mutation(() => CasePayload)
  createCase(@Arg('input') input: CreateCaseInput, @Ctx() { unit }: ClinicalContext): Promise<CasePayload> {
    return respond('case', createCase(unit, input));
  }

  @RequireScopes('clinical:cases:write')
  @Mutation(() => CasePayload)
  submitCase(
    @Arg('id', () => ID) id: string,
    @Arg('ifVersion', () => Int) ifVersion: number,
    @Ctx() { unit, ports }: ClinicalContext,
  ): Promise<CasePayload> {
    return respond('case', submitCase({ unit, supergraph: ports.supergraph }, { id, ifVersion }));
  }

  @RequireScopes('clinical:cases:write')
  @Mutation(() => CasePayload)
  cancelCase(
    @Arg('id', () => ID) id: string,
    @Arg('ifVersion', () => Int) ifVersion: number,
    @Arg('reason') reason: string,
    @Ctx() { unit }: ClinicalContext,
  ): Promise<CasePayload> {
    return respond('case', cancelCase(unit, { id, ifVersion, reason }));
  }

  @RequireScopes('clinical:cases:write')
  @Mutation(() => CasePayload)
  communicateOutcome(
    @Arg('id', () => ID) id: string,
    @Arg('ifVersion', () => Int) ifVersion: number,
    @Ctx() { unit }: ClinicalContext,
  ): Promise<CasePayload> {
    return respond('case', communicateOutcome(unit, { id, ifVersion }));
  }

  @RequireScopes('clinical:cases:write')
  @Mutation(() => CasePayload)
  closeCase(
    @Arg('id', () => ID) id: string,
    @Arg('ifVersion', () => Int) ifVersion: number,
    @Arg('reason', () => String, { nullable: true }) reason: string | null,
    @Ctx() { unit }: ClinicalContext,
  ): Promise<CasePayload> {
    return respond('case', closeCase(unit, { id, ifVersion, reason: reason ?? null }));
  }

  @RequireScopes('clinical:cases:read', 'clinical:patients:self')
  @Live(() => Case, {
    types: ['clinical.case.*', 'clinical.finding.*', 'clinical.image.*', 'clinical.diagnosis.recorded'],
    match: ['id=data.caseId'],
  })
  caseChanged(@Arg('id', () => ID) id: string, @Ctx() { unit, event }: ClinicalContext): Promise<Case | null> | null {
    return event && unit.find(Case, id);
  }

  @RequireScopes('clinical:cases:read')
  @Live(() => Case, { types: ['clinical.case.*'] })
  casesChanged(
    @Arg('filter', () => CaseFilter, { nullable: true }) filter: CaseFilter | null,
    @Ctx() { unit, event }: ClinicalContext,
  ): Promise<Case | null> | null {
    return event && findChangedCase(unit, event.data['caseId'], filter);
  }

  @FieldResolver(() => Organisation)
  organisation(@Root() skinCase: Case): Organisation {
    return { id: skinCase.organisationId };
  }

  @FieldResolver(() => Patient)
  patient(@Root() skinCase: Case, @Ctx() context: ClinicalContext): Promise<Patient | null> {
    return context.load(patientById, skinCase.patientId);
  }

  @FieldResolver(() => CaseOutcome, { nullable: true })
  outcome(@Root() { management, decidedBy, decidedAt }: Case): CaseOutcome | null {
    return management && decidedBy && decidedAt && { management, decidedBy, decidedAt };
  }

  @Directive(listSize)
  @FieldResolver(() => CaseEventConnection, { description: 'Oldest first' })
  async timeline(
    @Root() skinCase: Case,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() { unit }: ClinicalContext,
  ): Promise<Connection<CaseEvent>> {
    return connectionOf(await readTimeline(unit, skinCase.id, { first, after }));
  }

  @FieldResolver(() => [CaseStatusEnum], { description: 'The states that can follow, by whomever' })
  availableTransitions(@Root() skinCase: Case): CaseStatus[] {
    return availableTransitions(skinCase.status);
  }
}

/** The cases of a patient, which belong to the patient's type. */
@Resolver(() => Patient)
export class PatientCasesResolver {
  @Directive(listSize)
  @FieldResolver(() => CaseConnection, { description: 'Newest first' })
  async cases(
    @Root() patient: Patient,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Arg('filter', () => CaseFilter, { nullable: true }) filter: CaseFilter | null,
    @Ctx() { unit }: ClinicalContext,
  ): Promise<Connection<Case>> {
    return connectionOf(
      await listCases(unit, { first, after }, Object.assign(new CaseFilter(), filter, { patientId: patient.id })),
    );
  }
}
