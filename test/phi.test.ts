import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { enterClinic, openPortal, refusalOf, registerPatient, type Clinic } from './clinic';
import { mode, redisUrl } from './config';
import { Databases } from './databases';
import { redisKeys, subgraphNames } from './ground';
import { TestPlatform } from './platform';
import { drawPicture, runCase, told } from './run-case';

/** Words that stand nowhere else: wherever one of them turns up, it was this patient's. */
const canary = {
  givenName: 'Zephyrinne',
  familyName: 'Quorndonnell',
  birthDate: '1937-02-19',
  mrn: 'MRN-QX-77341',
  email: 'zephyrinne.quorndonnell@canary.example',
  phone: '+447700900941',
  addressLine1: '41 Wolpertinger Crescent',
  city: 'Birdwhistle',
  country: 'GB',
  postalCode: 'ZQ9 7XW',
};
/** What the case client writes about every patient. */
const freeText = ['A mole that has changed over three months', 'Asymmetric, irregular border, several colours'];
const secrets = [
  ...Object.values(canary).filter((value) => value.length > 2),
  ...freeText,
  'portal.zephyrinne@canary.example',
];

/** Where something is kept, and the bytes that are there. */
interface Place {
  readonly name: string;
  readonly bytes: Buffer;
}

/** After the main job no word about the patient is to be read anywhere but through the API. */
describe(`protected health information (${mode})`, () => {
  let platform: TestPlatform;
  let clinic: Clinic;
  let patientId: string;

  beforeAll(async () => {
    platform = await TestPlatform.start({ LOG_LEVEL: 'trace' });
    clinic = await enterClinic(platform.demo);
    patientId = await registerPatient(clinic.staff, canary);
    const person = { firstName: canary.givenName, lastName: canary.familyName };
    await openPortal(clinic, patientId, { ...person, email: 'portal.zephyrinne@canary.example' });
    const picture = await drawPicture(platform.ground.directory, `${canary.familyName}.jpg`);
    const done = await runCase(platform, picture, '--patient', patientId, '--flow', 'both');
    expect(done).toMatchObject({ exitCode: 0 });
    expect(told(done, 'invoice paid')).toBeDefined();
    rmSync(picture);
    await makeMistakes(clinic);
  }, 180_000);

  afterAll(() => platform.remove(), 60_000);

  test('is there for whoever may read it: through the API and in the mail to the patient', async () => {
    const { patients } = await clinic.staff.run<{ patients: { nodes: { id: string }[] } }>(
      'query search($text: String!) { patients(filter: { text: $text }) { nodes { id } } }',
      { text: canary.familyName },
    );
    expect(patients.nodes).toEqual([{ id: patientId }]);
    const mails = await (await fetch(platform.demo.urls['mailbox']!)).text();
    expect(mails).toContain(canary.givenName);
    expect(mails).toContain(canary.email);
  });

  test('is in clear in no file of the data folder', () => {
    expect(leaks(files(platform.ground.directory))).toEqual([]);
  });

  test('is in clear in no row of any table', async () => {
    const rows = await readTables(new Databases(platform.ground));
    expect(rows.length).toBeGreaterThan(50);
    expect(leaks(rows)).toEqual([]);
  });

  test('is in no event', async () => {
    const events = mode === 'services' ? await readRedis(platform.ground.prefix) : await readOutboxes(platform);
    // They are events of this patient, so the test looks at the right place.
    expect(events.some(({ bytes }) => bytes.includes(patientId))).toBe(true);
    expect(leaks(events)).toEqual([]);
  });

  test('is in no line of what the platform wrote, at its most talkative', () => {
    expect(platform.output).toContain('ready in');
    expect(leaks([{ name: 'output', bytes: Buffer.from(platform.output) }])).toEqual([]);
  });

  test('would be found if it were there, whichever way it were written', () => {
    const file = join(platform.ground.directory, 'leak.bin');
    const ways = [
      canary.email.toUpperCase(),
      Buffer.from(`x${canary.email}`).toString('base64'),
      Buffer.from(`xy${canary.email}`).toString('base64url'),
      Buffer.from(canary.email).toString('hex'),
      Buffer.from(canary.email, 'utf16le'),
      encodeURIComponent(canary.email),
    ];
    for (const way of ways) {
      writeFileSync(file, Buffer.concat([Buffer.alloc(1_000, 7), Buffer.from(way), Buffer.alloc(10)]));
      expect(leaks(files(platform.ground.directory))).toContain(`${canary.email} in leak.bin`);
    }
    rmSync(file);
  });
});

/** What is apt to end in a log: wrong input, a conflict, a failed sign-in, a document that does not parse. */
async function makeMistakes(clinic: Clinic): Promise<void> {
  const { staff } = clinic;
  const mistakes = [
    registerPatient(staff, canary),
    registerPatient(staff, { ...canary, mrn: 'another', birthDate: `${canary.birthDate} ${canary.familyName}` }),
    registerPatient(staff, { ...canary, mrn: 'another', email: `${canary.email} ${canary.familyName}` }),
    openPortal(clinic, canary.familyName, {
      firstName: canary.givenName,
      lastName: canary.familyName,
      email: canary.email,
    }),
    staff.run(`{ patients(filter: { text: "${canary.familyName}" }) { nodes { ${canary.givenName} } } }`),
    staff.run(`{ patients(filter: { text: "${canary.familyName}" `),
    staff.run(
      'mutation signIn($email: String!, $password: String!) { login(email: $email, password: $password, productKey: "demo") { userErrors { code message } } }',
      { email: canary.email, password: canary.familyName },
    ),
  ];
  const codes = await Promise.all(mistakes.map((mistake) => refusalOf(mistake)));
  expect(codes).not.toContain(null);
}

function leaks(places: readonly Place[]): string[] {
  return places.flatMap(({ name, bytes }) => {
    const text = bytes.toString('latin1');
    const lower = text.toLowerCase();
    return secrets
      .filter(
        (secret) =>
          inClear(secret).some((way) => lower.includes(way)) || inBase64(secret).some((way) => text.includes(way)),
      )
      .map((secret) => `${secret} in ${name}`);
  });
}

function inClear(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const ways = [bytes.toString('latin1'), encodeURIComponent(secret), bytes.toString('hex')];
  return [...ways, Buffer.from(secret, 'utf16le').toString('latin1')].map((way) => way.toLowerCase());
}

/** As it looks after 0, 1 or 2 bytes of something else, without the characters that those and the next ones share. */
function inBase64(secret: string): string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.from('\0'.repeat(before) + secret);
    const whole = [bytes.toString('base64'), bytes.toString('base64url')];
    return whole.map((text) => text.replace(/=+$/, '').slice(before === 0 ? 0 : before + 1, -2));
  });
}

function files(directory: string): Place[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => ({ name, bytes: readFileSync(join(parentPath, name)) }));
}

async function readTables(databases: Databases): Promise<Place[]> {
  const places: Place[] = [];
  for (const subgraph of subgraphNames) {
    for (const table of await databases.tables(subgraph)) {
      const rows = await databases.query(subgraph, `SELECT * FROM \`${table}\``);
      places.push({
        name: `${subgraph}.${table}`,
        bytes: Buffer.from(JSON.stringify(rows.map(Object.values), asText)),
      });
    }
  }
  return places;
}

/** Bytes as they would be read by somebody who opens the table. */
function asText(_name: string, value: unknown): unknown {
  const { type, data } = (value ?? {}) as { type?: unknown; data?: unknown };
  if (type === 'Buffer' && Array.isArray(data)) return Buffer.from(data as number[]).toString('latin1');
  return value instanceof ArrayBuffer ? Buffer.from(value).toString('latin1') : value;
}

async function readOutboxes(platform: TestPlatform): Promise<Place[]> {
  const databases = new Databases(platform.ground);
  const places: Place[] = [];
  for (const subgraph of subgraphNames) {
    for (const row of await databases.query(subgraph, 'SELECT envelope FROM outbox')) {
      places.push({ name: `outbox of ${subgraph}`, bytes: Buffer.from(String(row['envelope'])) });
    }
  }
  return places;
}

/** Every key of the platform with all that is in it. */
async function readRedis(prefix: string): Promise<Place[]> {
  const client = new Redis(redisUrl);
  const read: Readonly<Record<string, (key: string) => Promise<unknown>>> = {
    string: (key) => client.get(key),
    hash: (key) => client.hgetall(key),
    list: (key) => client.lrange(key, 0, -1),
    set: (key) => client.smembers(key),
    zset: (key) => client.zrange(key, '0', '-1'),
    stream: (key) => client.xrange(key, '-', '+'),
  };
  const places: Place[] = [];
  for (const key of await redisKeys(client, prefix)) {
    const content = await read[await client.type(key)]?.(key);
    places.push({ name: key, bytes: Buffer.from(JSON.stringify([key, content])) });
  }
  client.disconnect();
  return places;
}
