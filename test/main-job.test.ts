import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { enterClinic, prepareCase } from './clinic';
import { mode } from './config';
import { TestPlatform } from './platform';
import { drawPicture, runCase, told, type CaseRun } from './run-case';

/** The main job as a newcomer does it: start the platform, run a case, see the whole story. */
describe(`the main job (${mode})`, () => {
  let platform: TestPlatform;
  let picture: string;
  let firstCaseId: string | undefined;

  beforeAll(async () => {
    platform = await TestPlatform.start();
    picture = await drawPicture(platform.ground.directory);
  }, 120_000);

  afterAll(() => platform.remove(), 60_000);

  test.each([
    {
      flow: 'ai',
      states: ['SUBMITTED', 'IN_AI_REVIEW', 'DECIDED'],
      diagnoses: ['AI'],
      outcome: /^\w+ by AI$/,
    },
    {
      flow: 'human',
      states: ['SUBMITTED', 'IN_HUMAN_REVIEW', 'DECIDED'],
      diagnoses: ['HUMAN'],
      outcome: /^BIOPSY by HUMAN$/,
    },
    {
      flow: 'both',
      states: ['SUBMITTED', 'IN_AI_REVIEW', 'IN_HUMAN_REVIEW', 'DECIDED'],
      diagnoses: ['AI', 'HUMAN'],
      outcome: /^BIOPSY by AI_WITH_SECOND_READ$/,
    },
    { flow: 'neither', states: ['SUBMITTED', 'DECIDED'], diagnoses: [], outcome: /^ROUTINE_REFERRAL by RULE$/ },
  ])('a case goes from referral to payment in the flow “$flow”', async ({ flow, states, diagnoses, outcome }) => {
    const done = await runCase(platform, picture, '--flow', flow);
    expect(done).toMatchObject({ exitCode: 0 });
    expect(lines(done, 'diagnosis').map((line) => line.split(' ')[0])).toEqual(diagnoses);
    expect(told(done, 'outcome')).toMatch(outcome);
    expect(told(done, 'patient’s inbox')).toBe('Your skin check has been reviewed');
    expect(told(done, 'dev mailbox')).toBe('Your skin check has been reviewed');
    expect(told(done, 'appointment booked')).toMatch(/CONFIRMED$/);
    expect(told(done, 'invoice paid')).toMatch(/^INV-\d+ {2}PAID$/);
    const timeline = readTimeline(done);
    expect(timeline.map(({ at }) => at)).toEqual(timeline.map(({ at }) => at).sort());
    const moves = timeline.filter(({ type }) => type === 'STATUS_CHANGED').map(({ to }) => to);
    expect(moves).toEqual(['AWAITING_IMAGES', 'READY', ...states]);
    expect(timeline.filter(({ type }) => type === 'DIAGNOSIS_RECORDED').map(({ to }) => to)).toEqual(diagnoses);
    firstCaseId ??= told(done, 'case opened')?.split(/\s+/)[1];
  });

  describe('is refused', () => {
    test.each([
      {
        what: 'without consent to photographs',
        args: ['--without-consent', 'PHOTOGRAPHY'],
        line: /^submitCase: CONSENT_REQUIRED /m,
      },
      {
        what: 'to a client that may only read',
        args: ['--client', 'read-only'],
        line: /^registerPatient: UNAUTHORIZED_FIELD_OR_TYPE /m,
      },
      { what: 'in a flow that does not exist', args: ['--flow', 'nowhere'], line: /^npm run case -- <image/m },
    ])('$what', async ({ args, line }) => {
      expectRefusal(await runCase(platform, picture, ...args), line);
    });

    test('for a patient of another organisation, as if there were none', async () => {
      const [, other] = platform.demo.organisations;
      const ids = platform.demo.ids[other!.id]!['clinical'] as { patientIds: string[] };
      const refused = await runCase(platform, picture, '--patient', ids.patientIds[0]!);
      expectRefusal(refused, /^\w+: NOT_FOUND /m);
    });

    test('for a file that is no picture', async () => {
      const file = join(platform.ground.directory, 'broken.jpg');
      writeFileSync(file, Buffer.from('\xff\xd8\xff\xe0 not a picture at all'.repeat(50), 'latin1'));
      expectRefusal(await runCase(platform, file), /^completeUpload: UPLOAD_INVALID .*UNDECODABLE$/m);
    });

    test('for a file above 20 MB', async () => {
      const file = join(platform.ground.directory, 'huge.jpg');
      writeFileSync(file, Buffer.alloc(20_000_001 + 1_048_576, 0xff));
      const refused = await runCase(platform, file);
      rmSync(file);
      expectRefusal(refused, /^requestUpload: UPLOAD_TOO_LARGE /m);
    });
  });

  describe('starting', () => {
    test('a taken port is said in one line', async () => {
      await expectFailedStart({ DATA_DIR: join(platform.ground.directory, 'second') }, /^PORT: .* is taken/);
    });

    test.each([
      { name: 'PORT', value: 'eighty', line: /^PORT: must be/ },
      { name: 'PORT', value: '65536', line: /^PORT: must be/ },
      { name: 'DEMO', value: 'perhaps', line: /^DEMO: must be on or off$/ },
    ])('a bad value of $name ($value) is said in one line', async ({ name, value, line }) => {
      await expectFailedStart({ [name]: value }, line);
    });

    test('a folder that cannot be written to is said in one line', async () => {
      await expectFailedStart({ DATA_DIR: unwritable(platform.ground.directory) }, /^DATA_DIR: cannot write to /);
    });

    test('ends with 0 on SIGINT and goes on where it was with the same folder', async () => {
      const before = platform.demo;
      expect(await platform.stop('SIGINT')).toBe(0);
      await platform.start();
      expect(platform.demo).toEqual(before);
      const clinic = await enterClinic(platform.demo);
      const { case: found } = await clinic.staff.run<{ case: { status: string } }>(
        'query ($id: ID!) { case(id: $id) { status } }',
        { id: firstCaseId },
      );
      expect(found.status).toBe('DECIDED');
      expect((await prepareCase(clinic, picture)).caseId).not.toBe(firstCaseId);
    }, 120_000);
  });

  function expectRefusal({ exitCode, output }: CaseRun, line: RegExp): void {
    expect(output).toMatch(line);
    expect(output).not.toMatch(/\n\s+at /);
    expect(exitCode).toBe(1);
  }

  async function expectFailedStart(settings: NodeJS.ProcessEnv, line: RegExp): Promise<void> {
    const failed = platform.launch(settings);
    expect(await failed.exitCode).toBe(1);
    expect(failed.output().trim().split('\n')).toEqual([expect.stringMatching(line)]);
  }
});

/** A name below a file: root may write into any folder, whatever its mode says. */
function unwritable(directory: string): string {
  const folder = join(directory, 'closed');
  mkdirSync(folder);
  const file = join(folder, 'file');
  writeFileSync(file, '');
  chmodSync(folder, 0o500);
  return join(file, 'data');
}

function lines({ output }: CaseRun, heading: string): string[] {
  return [...output.matchAll(new RegExp(`^ *[\\d.]+ s {2}${heading} +(.*)$`, 'gm'))].map((found) => found[1]!);
}

function readTimeline({ output }: CaseRun): { at: string; type: string; to: string | undefined }[] {
  const rows = output.split('The case’s timeline')[1] ?? '';
  return [...rows.matchAll(/^ {2}(\S+Z) {2}(\S+) +(?:\S+ +)?(?:→ (\S+))?$/gm)].map(([, at, type, to]) => ({
    ...{ at: at!, type: type!, to },
  }));
}
