import { type Actor } from '#shared/auth';
import { type PlatformEvent } from '#shared/events';
import { newId } from '#shared/ids';
import { actorOf, startTestSubgraph, testOrganisation, type TestGround, type TestSubgraph } from '#shared/testing';
import { reviews } from '.';
import { dermKey, dermSecret, type FakeDerm } from './derm.fixture';
import { flows } from './workflows/flows';

/** A case as the rest of the supergraph knows it. */
export interface ClinicCase {
  readonly caseId: string;
  readonly patientId: string;
  readonly findingIds: readonly string[];
  ageYears: number | null;
  permitsAi: boolean;
  exclusions: string[];
}

/** The reviews subgraph with a supergraph around it, and what tests do with it again and again. */
export class Clinic {
  readonly organisation = testOrganisation();
  readonly staff = actorOf(this.organisation, {
    scopes: [
      'reviews:workflows:read',
      'reviews:workflows:write',
      'reviews:ai:read',
      'reviews:human:read',
      'reviews:queues:write',
    ],
  });
  readonly cases = new Map<string, ClinicCase>();
  /** False while the supergraph answers nothing. */
  isUp = true;
  unanswered = 0;
  private running: TestSubgraph | null = null;

  constructor(
    private readonly options: {
      derm: Pick<FakeDerm, 'url'> | null;
      ground?: TestGround;
      environment?: NodeJS.ProcessEnv;
    },
  ) {}

  get subgraph(): TestSubgraph {
    if (!this.running) throw new Error('Not started');
    return this.running;
  }

  async start(): Promise<void> {
    const { derm, ground, environment = {} } = this.options;
    const provider = derm && { DERM_URL: derm.url, DERM_API_KEY: dermKey, DERM_CALLBACK_SECRET: dermSecret };
    this.running = await startTestSubgraph(reviews, {
      environment: { AI_RETRY_BASE_MS: '5', AI_TIMEOUT_MS: '5000', STEP_LEASE_MS: '300', ...provider, ...environment },
      supergraph: (query, variables) => this.answer(query, variables),
      ...(ground && { ground }),
    });
  }

  stop(): Promise<void> {
    return this.subgraph.stop();
  }

  reader(): Actor {
    return actorOf(this.organisation, {
      scopes: ['reviews:human:read', 'reviews:human:decide'],
      practitionerId: newId('pra'),
    });
  }

  // eslint-disable-next-line @typescript-eslint/max-params -- the shape of TestSubgraph.ask
  async ask<T>(
    actor: Actor,
    query: string,
    variables: Record<string, unknown> = {},
    event?: PlatformEvent,
  ): Promise<T> {
    const { data, errors } = await this.subgraph.ask(actor, query, variables, event);
    expect(errors).toBeUndefined();
    return data as T;
  }

  /** Drafts and publishes a workflow. @returns its id */
  async publish(steps: unknown, key = 'flow'): Promise<string> {
    const input = { key, name: key, trigger: 'clinical.case.submitted', steps };
    const { draftWorkflow } = await this.ask<{
      draftWorkflow: { definition: { id: string } | null; userErrors: unknown };
    }>(
      this.staff,
      'mutation ($input: WorkflowDefinitionInput!) { draftWorkflow(input: $input) { definition { id } userErrors { message } } }',
      { input },
    );
    expect(draftWorkflow.userErrors).toEqual([]);
    const id = draftWorkflow.definition?.id ?? '';
    await this.ask(this.staff, 'mutation ($id: ID!) { publishWorkflow(id: $id) { userErrors { code } } }', { id });
    return id;
  }

  publishFlow(key: keyof typeof flows): Promise<string> {
    return this.publish(flows[key].steps, key);
  }

  newCase(changes: Partial<ClinicCase> = {}): ClinicCase {
    const created = {
      ...{ caseId: newId('case'), patientId: newId('pat'), findingIds: [newId('fnd'), newId('fnd')] },
      ...{ ageYears: 54, permitsAi: true, exclusions: [], ...changes },
    };
    this.cases.set(created.caseId, created);
    return created;
  }

  async submit(skinCase = this.newCase(), eventId = newId('evt')): Promise<ClinicCase> {
    const { caseId, patientId } = skinCase;
    const data = { caseId, patientId, pathway: 'ROUTINE_DERMATOLOGY', priority: 'ROUTINE', referrerUserId: null };
    await this.subgraph.deliver('clinical.case.submitted', {
      organisation: this.organisation,
      resourceId: caseId,
      data,
      id: eventId,
    });
    return skinCase;
  }

  eventsOf({ caseId }: ClinicCase, type: string): PlatformEvent[] {
    return this.subgraph.events.filter((event) => event.type === type && event.data['caseId'] === caseId);
  }

  /** The first event of the type about this case. */
  event(skinCase: ClinicCase, type: string): Promise<PlatformEvent> {
    return this.subgraph.until(type, () => this.eventsOf(skinCase, type)[0]);
  }

  /** Waits for a human review of the case and decides it, every finding alike. */
  async readCase(skinCase: ClinicCase, reader = this.reader()): Promise<void> {
    const { resourceId: id } = await this.event(skinCase, 'reviews.human_review.queued');
    const { claimReview } = await this.ask<{ claimReview: { review: { claim: { fencingToken: number } } } }>(
      reader,
      'mutation ($id: ID!) { claimReview(id: $id) { review { claim { fencingToken } } userErrors { code } } }',
      { id },
    );
    const input = readOf(skinCase, { reviewId: id, fencingToken: claimReview.review.claim.fencingToken });
    expect(await this.ask(reader, submitRead, { input })).toMatchObject({ submitRead: { userErrors: [] } });
  }

  private answer(query: string, variables: Record<string, unknown>): unknown {
    if (!this.isUp) {
      this.unanswered += 1;
      return undefined;
    }
    if (query.includes('consentDecisions')) {
      const [patientId] = variables['patientIds'] as string[];
      const asked = [...this.cases.values()].find((one) => one.patientId === patientId);
      return { consentDecisions: [{ permitted: asked?.permitsAi ?? false }] };
    }
    const found = this.cases.get(String(variables['id']));
    return { case: found ? supergraphCase(found) : null };
  }
}

export const submitRead = `mutation ($input: SubmitReadInput!) {
  submitRead(input: $input) { review { id status finalDecision { rationale management } } userErrors { code message path } }
}`;

export function readOf(
  { findingIds }: ClinicCase,
  input: { reviewId: string; fencingToken: number },
): Record<string, unknown> {
  const finding = {
    system: 'http://hl7.org/fhir/sid/icd-10',
    code: 'D22.9',
    class: 'ATYPICAL_NAEVUS',
    malignancy: 'BENIGN',
    confidence: 80,
  };
  return {
    ...{
      ...input,
      idempotencyKey: newId('idk'),
      management: 'FOLLOW_UP_INTERVAL',
      confidence: 80,
      imageQualityAdequate: true,
    },
    ...{ rationale: 'CANARY rationale', perFinding: findingIds.map((findingId) => ({ findingId, ...finding })) },
  };
}

function supergraphCase({ findingIds, ageYears, exclusions }: ClinicCase): object {
  const nothing = { laterality: null, longestDiameterMm: null, durationMonths: null, changes: [] };
  return {
    patient: { demographics: { ageYears, sexAtBirth: 'FEMALE', fitzpatrick: null } },
    findings: findingIds.map((id) => ({ id, ...nothing, unsuitableForAi: exclusions })),
    images: findingIds.map((id) => ({
      ...{ id: newId('img'), kind: 'DERMOSCOPIC', status: 'VERIFIED', sha256: 'a'.repeat(64), finding: { id } },
      downloadUrl: { url: 'http://127.0.0.1:9/picture' },
    })),
  };
}
