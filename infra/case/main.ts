import { existsSync } from 'node:fs';
import { type DemoClient, type DemoFile, type DemoOrganisation, type DemoUser, readDemo } from '../demo/demo';
import { bookFollowUp, printTimeline, settleInvoice, showMail, showNotification, showOutcome } from './aftermath';
import { Api, Refusal } from './api';
import { type CaseArguments, type Flow, readArguments, UsageError } from './arguments';
import {
  captureConsents,
  chooseWorkflow,
  openCase,
  openPortal,
  registerPatient,
  signIn,
  submitCase,
  uploadPicture,
} from './clinic';
import { say } from './narrator';
import { reviewCase } from './review';
import { waitFor } from './watch';

/** A skin case from referral to payment, by a plain client of the public API. */
async function main(): Promise<void> {
  const given = readArguments(process.argv.slice(2));
  if (!existsSync(given.demoFile))
    throw new UsageError(`There is no ${given.demoFile}: start the platform first (npm start)`);
  if (!existsSync(given.image)) throw new UsageError(`There is no picture at ${given.image}`);
  const demo = readDemo(given.demoFile);
  const { organisation, client, reviewer } = credentials(demo, given);
  const addresses = { graphql: demo.urls['graphql'] ?? '', ws: demo.urls['ws'] ?? '', token: demo.urls['token'] ?? '' };
  const staff = await Api.forClient(addresses, client.clientId, client.clientSecret);
  say('token', `${client.name} of ${organisation.name}`);
  await journey({ staff, reviewer: await signIn(staff, reviewer.email, reviewer.password), demo, given });
}

interface Cast {
  readonly staff: Api;
  readonly reviewer: Api;
  readonly demo: DemoFile;
  readonly given: CaseArguments;
}

const diagnosesOf: Readonly<Record<Flow, readonly string[]>> = {
  ai: ['AI'],
  human: ['HUMAN'],
  both: ['AI', 'HUMAN'],
  neither: [],
};

/** Who diagnoses: without the patient's consent to AI its step falls back to a person. */
function diagnosesFor({ flow, withoutConsent }: CaseArguments): readonly string[] {
  const hasAi = diagnosesOf[flow].includes('AI');
  return hasAi && withoutConsent.includes('AI_ANALYSIS') ? ['HUMAN'] : diagnosesOf[flow];
}

async function journey({ staff, reviewer, demo, given }: Cast): Promise<void> {
  const patientId = given.patient ?? (await registerPatient(staff));
  const patient = given.patient === null ? await openPortal(staff, patientId) : null;
  await captureConsents(staff, patientId, given.withoutConsent);
  await chooseWorkflow(staff, given.flow);
  const opened = await openCase(staff, patientId);
  await uploadPicture(staff, opened, given.image);
  const decided = followCase(staff, opened.caseId);
  await submitCase(staff, opened.caseId);
  await reviewCase(reviewer, opened, decided);
  await decided;
  await showOutcome(staff, opened.caseId, diagnosesFor(given));
  if (patient) await showNotification(patient);
  await showMail(demo.urls['mailbox'], staff, patientId);
  await settleInvoice(staff, await bookFollowUp(staff, patientId, opened.caseId));
  await printTimeline(staff, opened.caseId);
}

/** Tells each change of the case's state; resolves once it is decided. */
async function followCase(api: Api, caseId: string): Promise<void> {
  let last = '';
  const tell = (status: string): void => {
    if (status !== last) say('case changed', status);
    last = status;
  };
  await waitFor({
    changes: api.follow<{ caseChanged: { status: string } }>(
      'subscription ($id: ID!) { caseChanged(id: $id) { status } }',
      { id: caseId },
    ),
    onChange: ({ caseChanged }) => {
      tell(caseChanged.status);
    },
    look: async () => {
      const { case: found } = await api.run<{ case: { status: string; outcome: object | null } }>(
        'query caseStatus($id: ID!) { case(id: $id) { status outcome { management } } }',
        { id: caseId },
      );
      return found.outcome;
    },
  });
  tell('DECIDED');
}

function credentials(
  demo: DemoFile,
  given: CaseArguments,
): { organisation: DemoOrganisation; client: DemoClient; reviewer: DemoUser } {
  const organisation = demo.organisations.find(
    ({ slug }) => given.organisation === null || slug === given.organisation,
  );
  const client = demo.clients.find(
    ({ name, organisationId }) => name === given.client && organisationId === organisation?.id,
  );
  const reviewer = demo.users.find(
    ({ roles, organisationId }) => roles.includes('REVIEWER') && organisationId === organisation?.id,
  );
  if (!organisation || !client || !reviewer) throw new UsageError('demo.json knows no such organisation or client');
  return { organisation, client, reviewer };
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const expected = error instanceof Refusal || error instanceof UsageError;
    process.stderr.write(
      `${expected ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exit(1);
  },
);
