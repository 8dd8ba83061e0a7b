import { idBytes, type IdPrefix } from '#shared/ids';
import { type Databases, type Row } from './databases';
import { subgraphNames } from './ground';

/** What one case must have left behind, once. */
export interface ExpectedCase {
  readonly caseId: string;
  readonly decidedBy: 'AI' | 'AI_WITH_SECOND_READ';
  readonly appointmentId: string | null;
}

/** Effects are counted by whom they belong to; the key is the id's bytes, in hexadecimal. */
interface Rule {
  readonly what: string;
  readonly subgraph: string;
  /** `owner` and optionally `n`, the number of effects; without `n` each row is one. */
  readonly sql: string;
  /** How many of them each owner must have. Owners that are not named must have none. */
  readonly wanted: (cases: readonly ExpectedCase[]) => ReadonlyMap<string, number>;
}

const perCase = (): Rule['wanted'] => (cases) => new Map(cases.map(({ caseId }) => [hex('case', caseId), 1]));
const perRead = (): Rule['wanted'] => (cases) =>
  new Map(cases.filter(isRead).map(({ caseId }) => [hex('case', caseId), 1]));
const perBooking = (): Rule['wanted'] => (cases) =>
  new Map(cases.filter(({ appointmentId }) => appointmentId !== null).map(({ caseId }) => [hex('case', caseId), 1]));

const isRead = ({ decidedBy }: ExpectedCase): boolean => decidedBy === 'AI_WITH_SECOND_READ';

/** In clinical, cases of the demo that nobody has submitted do not count. */
const submitted = "case_id IN (SELECT id FROM skin_cases WHERE status <> 'DRAFT')";
const owner = 'LOWER(HEX(case_id)) AS owner';

const rules: readonly Rule[] = [
  {
    what: 'decided case with its outcome',
    subgraph: 'clinical',
    sql: "SELECT LOWER(HEX(id)) AS owner FROM skin_cases WHERE status = 'DECIDED' AND management = 'BIOPSY'",
    wanted: perCase(),
  },
  ...(['SUBMITTED', 'IN_AI_REVIEW', 'IN_HUMAN_REVIEW', 'DECIDED'] as const).map((state) => ({
    what: `move to ${state}`,
    subgraph: 'clinical',
    sql: `SELECT ${owner} FROM case_events WHERE type = 'STATUS_CHANGED' AND to_code = '${state}'`,
    wanted: state === 'IN_HUMAN_REVIEW' ? perRead() : perCase(),
  })),
  {
    what: 'recorded outcome',
    subgraph: 'clinical',
    sql: `SELECT ${owner} FROM case_events WHERE type = 'OUTCOME_RECORDED'`,
    wanted: perCase(),
  },
  {
    what: 'announcement of the decision',
    subgraph: 'clinical',
    sql: "SELECT aggregate_id AS owner FROM outbox WHERE event_type = 'clinical.case.decided'",
    wanted: (cases) => new Map(cases.map(({ caseId }) => [caseId, 1])),
  },
  {
    what: 'diagnosis by the AI',
    subgraph: 'clinical',
    sql: `SELECT ${owner} FROM diagnoses WHERE source = 'AI' AND ${submitted}`,
    wanted: perCase(),
  },
  {
    what: 'diagnosis by a reader',
    subgraph: 'clinical',
    sql: `SELECT ${owner} FROM diagnoses WHERE source = 'HUMAN'`,
    wanted: perRead(),
  },
  {
    what: 'completed workflow',
    subgraph: 'reviews',
    sql: `SELECT ${owner} FROM workflow_instances WHERE status = 'COMPLETED'`,
    wanted: perCase(),
  },
  {
    what: 'AI review',
    subgraph: 'reviews',
    sql: `SELECT ${owner} FROM ai_reviews WHERE status = 'COMPLETED'`,
    wanted: perCase(),
  },
  {
    what: 'decision of a reader',
    subgraph: 'reviews',
    sql: `SELECT ${owner} FROM review_decisions`,
    wanted: perRead(),
  },
  {
    what: 'message about the decision',
    subgraph: 'notifications',
    sql: `SELECT ${owner} FROM notifications WHERE template_key = 'case-decided'`,
    wanted: perCase(),
  },
  {
    what: 'message about the appointment',
    subgraph: 'notifications',
    sql: `SELECT ${owner} FROM notifications WHERE template_key = 'appointment-confirmed'`,
    wanted: perBooking(),
  },
  ...(['IN_APP', 'EMAIL'] as const).map((channel) => ({
    what: `delivery of the decision by ${channel}`,
    subgraph: 'notifications',
    sql: `SELECT LOWER(HEX(n.case_id)) AS owner FROM notification_deliveries d
            JOIN notifications n ON n.org_id = d.org_id AND n.id = d.notification_id
           WHERE d.channel = '${channel}' AND d.status = 'DELIVERED' AND n.template_key = 'case-decided'`,
    wanted: perCase(),
  })),
  {
    what: 'item in the patient’s inbox',
    subgraph: 'notifications',
    sql: `SELECT LOWER(HEX(n.case_id)) AS owner FROM inbox_items i
            JOIN notifications n ON n.org_id = i.org_id AND n.id = i.notification_id
           WHERE n.template_key = 'case-decided'`,
    wanted: perCase(),
  },
  {
    what: 'place on the waiting list',
    subgraph: 'scheduling',
    sql: `SELECT ${owner} FROM waitlist_entries`,
    wanted: perCase(),
  },
  { what: 'appointment', subgraph: 'scheduling', sql: `SELECT ${owner} FROM appointments`, wanted: perBooking() },
  {
    what: 'invoice of the appointment',
    subgraph: 'payments',
    sql: 'SELECT LOWER(HEX(appointment_id)) AS owner FROM invoices',
    wanted: (cases) =>
      new Map(cases.flatMap(({ appointmentId: id }) => (id === null ? [] : [[hex('apt', id), 1] as const]))),
  },
];

/** Every effect that is missing or there more than once, in words; empty when all is as it should be. */
export async function findBrokenEffects(databases: Databases, cases: readonly ExpectedCase[]): Promise<string[]> {
  const broken: string[] = [];
  for (const rule of rules) broken.push(...compare(rule, await databases.query(rule.subgraph, rule.sql), cases));
  for (const subgraph of subgraphNames) broken.push(...(await findBrokenQueues(databases, subgraph)));
  return broken;
}

function compare({ what, wanted }: Rule, rows: readonly Row[], cases: readonly ExpectedCase[]): string[] {
  const found = new Map<string, number>();
  for (const row of rows) found.set(String(row['owner']), (found.get(String(row['owner'])) ?? 0) + 1);
  const expected = wanted(cases);
  const owners = new Set([...found.keys(), ...expected.keys()]);
  return [...owners]
    .filter((one) => (found.get(one) ?? 0) !== (expected.get(one) ?? 0))
    .map((one) => `${what}: ${String(found.get(one) ?? 0)} instead of ${String(expected.get(one) ?? 0)} of ${one}`);
}

/** Events that have not left, could not be handled, or were handled twice by one consumer. */
async function findBrokenQueues(databases: Databases, subgraph: string): Promise<string[]> {
  const counts: readonly (readonly [what: string, sql: string])[] = [
    ['unsent event', "SELECT COUNT(*) AS n FROM outbox WHERE status <> 'PUBLISHED'"],
    ['dead letter', 'SELECT COUNT(*) AS n FROM dead_letters'],
    [
      'event handled twice',
      'SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM inbox GROUP BY consumer, event_id HAVING COUNT(*) > 1) AS doubled',
    ],
  ];
  const broken: string[] = [];
  for (const [what, sql] of counts) {
    const [row] = await databases.query(subgraph, sql);
    const n = Number(row?.['n']);
    if (n > 0) broken.push(`${what}: ${String(n)} in ${subgraph}`);
  }
  return broken;
}

export function hex(prefix: IdPrefix, id: string): string {
  return idBytes(prefix, id).toString('hex');
}
