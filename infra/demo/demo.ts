import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Region } from '#shared/auth';
import { newId } from '#shared/ids';
import { type DemoContext, type DemoPerson } from '#shared/subgraph';
import { ensurePictures } from './pictures';

/** A subgraph that can be filled, in this process or in another. */
export interface Seedable {
  readonly name: string;
  seedDemo(demo: Pick<DemoContext<unknown>, 'organisation' | 'people'>): Promise<Readonly<Record<string, unknown>>>;
}

/** What `.data/demo.json` holds: everything a newcomer needs to try the platform. */
export interface DemoFile {
  readonly urls: Readonly<Record<string, string>>;
  readonly clients: readonly DemoClient[];
  readonly users: readonly DemoUser[];
  readonly organisations: readonly DemoOrganisation[];
  /** By organisation id, then subgraph: ids worth knowing. */
  readonly ids: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface DemoClient {
  readonly name: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: readonly string[];
  readonly organisationId: string;
}

export interface DemoUser {
  readonly email: string;
  readonly password: string;
  readonly roles: readonly string[];
  readonly organisationId: string;
}

export interface DemoOrganisation {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly region: Region;
}

const organisations = [
  { name: 'Northgate Dermatology', slug: 'northgate' },
  { name: 'Harbor Skin Clinic', slug: 'harbor' },
] as const;

/** Invented people; the domain is reserved for examples (RFC 2606). */
const staff = [
  { login: 'doctor', firstName: 'Dora', lastName: 'Ashworth', roles: ['DOCTOR'], practises: true },
  { login: 'reviewer', firstName: 'Rhys', lastName: 'Calder', roles: ['REVIEWER'], practises: true },
  { login: 'reviewer2', firstName: 'Ravi', lastName: 'Menon', roles: ['REVIEWER'], practises: true },
  { login: 'reception', firstName: 'Nell', lastName: 'Okafor', roles: ['RECEPTIONIST'], practises: false },
  { login: 'billing', firstName: 'Bea', lastName: 'Lindqvist', roles: ['BILLING'], practises: false },
  { login: 'compliance', firstName: 'Cora', lastName: 'Whitlock', roles: ['COMPLIANCE_OFFICER'], practises: false },
  { login: 'admin', firstName: 'Ada', lastName: 'Pryce', roles: ['ADMIN'], practises: false },
] as const;

export class DemoInterrupted extends Error {
  override readonly name = 'DemoInterrupted';
}

/**
 * Fills two organisations, once. Later starts keep what the first has made and only renew the URLs.
 * Auth is filled first: everybody else refers to its people.
 * @throws {DemoInterrupted} when an earlier start was killed while filling.
 */
export async function ensureDemo(
  dataDirectory: string,
  seedables: readonly Seedable[],
  { urls, region }: { readonly urls: Readonly<Record<string, string>>; readonly region: Region },
): Promise<DemoFile> {
  await ensurePictures(dataDirectory);
  const file = join(dataDirectory, 'demo.json');
  const marker = join(dataDirectory, 'demo.incomplete');
  if (existsSync(marker)) {
    throw new DemoInterrupted(
      `The first start was interrupted while it made the demo data: remove ${dataDirectory} and start again`,
    );
  }
  const demo = existsSync(file) ? { ...readDemo(file), urls } : { urls, ...(await fill(marker, seedables, region)) };
  writeFileSync(`${file}.new`, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return demo;
}

export function readDemo(file: string): DemoFile {
  return JSON.parse(readFileSync(file, 'utf8')) as DemoFile;
}

async function fill(marker: string, seedables: readonly Seedable[], region: Region): Promise<Omit<DemoFile, 'urls'>> {
  writeFileSync(marker, '');
  const ordered = [...seedables].sort((a, b) => Number(b.name === 'auth') - Number(a.name === 'auth'));
  const filled = [];
  for (const organisation of organisations) filled.push(await fillOrganisation(ordered, { ...organisation, region }));
  rmSync(marker);
  return {
    clients: filled.flatMap(({ clients }) => clients),
    users: filled.flatMap(({ users }) => users),
    organisations: filled.map(({ organisation }) => organisation),
    ids: Object.fromEntries(filled.map(({ organisation, ids }) => [organisation.id, ids])),
  };
}

async function fillOrganisation(
  seedables: readonly Seedable[],
  { name, slug, region }: Omit<DemoOrganisation, 'id'>,
): Promise<{ organisation: DemoOrganisation; clients: DemoClient[]; users: DemoUser[]; ids: Record<string, unknown> }> {
  const id = newId('org');
  const people = staff.map((one) => personOf(one, slug));
  const ids: Record<string, unknown> = {};
  for (const seedable of seedables) {
    ids[seedable.name] = await seedable.seedDemo({ organisation: { organisationId: id, region, name, slug }, people });
  }
  const { clients = [] } = (ids['auth'] ?? {}) as { clients?: Omit<DemoClient, 'organisationId'>[] };
  delete ids['auth'];
  return {
    organisation: { id, name, slug, region },
    clients: clients.map((client) => ({ ...client, organisationId: id })),
    users: people.map(({ email, password, roles }) => ({ email, password, roles, organisationId: id })),
    ids: {
      ...ids,
      people: Object.fromEntries(
        people.map(({ email, userId, practitionerId }) => [email, { userId, practitionerId }]),
      ),
    },
  };
}

function personOf(one: (typeof staff)[number], slug: string): DemoPerson {
  const { login, firstName, lastName, roles, practises } = one;
  return {
    ...{ userId: newId('usr'), firstName, lastName, roles },
    email: `${login}@${slug}.example`,
    password: randomBytes(9).toString('base64url'),
    practitionerId: practises ? newId('pra') : null,
  };
}
