import { fastify } from 'fastify';
import { createTokenVerifier, type Region, type TokenVerifier } from '#shared/auth';
import { newId } from '#shared/ids';
import { RegionWall } from '#shared/region';
import { type DemoPerson, mountRoutes } from '#shared/subgraph';
import { startTestSubgraph, testOrganisation, type TestSubgraph } from '#shared/testing';
import { auth } from '.';

export const issuer = 'https://auth.example.test';

export interface Clinic {
  readonly organisation: { organisationId: string; region: Region };
  readonly people: Readonly<Record<'doctor' | 'admin', DemoPerson>>;
  readonly clients: Readonly<Record<string, { clientId: string; clientSecret: string; scopes: string[] }>>;
}

/** The subgraph with its HTTP routes served, as a launcher would. */
export interface AuthUnderTest {
  readonly subject: TestSubgraph;
  readonly url: string;
  readonly verify: TokenVerifier;
  /** Another organisation with its people and clients, made by the demo's seeds. */
  newClinic(): Promise<Clinic>;
  stop(): Promise<void>;
}

export async function startAuth(environment: NodeJS.ProcessEnv = {}): Promise<AuthUnderTest> {
  const subject = await startTestSubgraph(auth, { environment: { TOKEN_ISSUER: issuer, ...environment } });
  // Without a name of its own the issuer is where the subgraph is reached.
  const named = environment['TOKEN_ISSUER'] ?? issuer;
  const server = fastify();
  mountRoutes(server, subject.running.routes, new RegionWall('UK'));
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  return {
    subject,
    url,
    verify: createTokenVerifier({
      issuer: named === '' ? subject.publicUrl : named,
      audience: 'sa-platform',
      keys: new URL(`${url}/.well-known/jwks.json`),
    }),
    newClinic: () => seedClinic(subject),
    stop: async () => {
      await server.close();
      await subject.stop();
    },
  };
}

async function seedClinic(subject: TestSubgraph): Promise<Clinic> {
  const organisation = testOrganisation();
  const slug = organisation.organisationId.slice(-8);
  const person = (login: string, role: string, practitionerId: string | null): DemoPerson => ({
    ...{ userId: newId('usr'), email: `${login}.canary@${slug}.example`, password: `pass-${login}-${slug}` },
    ...{ firstName: 'Canaryfirst', lastName: `Canarylast ${login}`, roles: [role], practitionerId },
  });
  const people = { doctor: person('doctor', 'DOCTOR', newId('pra')), admin: person('admin', 'ADMIN', null) };
  const demo = { organisation: { ...organisation, name: 'A clinic', slug }, people: Object.values(people) };
  const { clients } = (await subject.running.seedDemo(demo)) as {
    clients: { name: string; clientId: string; clientSecret: string; scopes: string[] }[];
  };
  return { organisation, people, clients: Object.fromEntries(clients.map(({ name, ...client }) => [name, client])) };
}
