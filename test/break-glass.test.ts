import { randomUUID } from 'node:crypto';
import { until } from './child';
import { enterClinic, registerPatient, type Clinic } from './clinic';
import { mode } from './config';
import { TestPlatform } from './platform';

interface Answer {
  readonly status: number;
  readonly data?: Record<string, never> | null;
  readonly errors?: readonly { readonly message: string }[];
}

/** An emergency, from the closed record to the end of the access, through the gateway. */
describe(`break-glass (${mode})`, () => {
  let platform: TestPlatform;
  let clinic: Clinic;
  let patientId: string;
  let doctor: { readonly token: string; readonly password: string };
  const find = 'query find($id: ID!) { patient(id: $id) { id identity { familyName } } }';

  beforeAll(async () => {
    platform = await TestPlatform.start();
    clinic = await enterClinic(platform.demo);
    patientId = await registerPatient(clinic.staff);
    doctor = await signInAs('DOCTOR');
  }, 120_000);

  afterAll(() => platform.remove(), 60_000);

  test('a closed record is opened at once by who steps up and says why, and closed again within five seconds', async () => {
    expect(await seen(doctor.token)).toBe(true);
    await clinic.staff.run(
      'mutation restrict($id: ID!, $team: [ID!]!) { restrictRecord(patientId: $id, careTeam: $team) { userErrors { code message } } }',
      { id: patientId, team: [await idOf('RECEPTIONIST')] },
    );
    expect(await seen(doctor.token)).toBe(false);
    const { grant, token } = await breakGlass();
    expect(await seen(token.accessToken)).toBe(true);
    expect(await seen(doctor.token)).toBe(false);
    const endedAt = Date.now();
    await ask(doctor.token, 'mutation end($id: ID!) { endBreakGlass(id: $id) { userErrors { code } } }', {
      id: grant.id,
    });
    await until(
      'the token to be refused',
      async () => (await ask(token.accessToken, find, { id: patientId })).status === 401,
    );
    expect(Date.now() - endedAt).toBeLessThan(5_000);
    expect(await seen(doctor.token)).toBe(false);
  }, 60_000);

  async function breakGlass(): Promise<{ grant: { id: string }; token: { accessToken: string } }> {
    const stepUp = await ask(
      doctor.token,
      'mutation s($password: String!) { stepUp(purpose: BREAK_GLASS, password: $password) { stepUp { token } userErrors { code } } }',
      { password: doctor.password },
    );
    const proof = (stepUp.data as unknown as { stepUp: { stepUp: { token: string } } }).stepUp.stepUp.token;
    const { data } = await ask(
      doctor.token,
      `mutation b($id: ID!, $token: String!) {
        breakGlass(patientId: $id, reason: EMERGENCY_TREATMENT, justification: "Unconscious, no relatives", stepUpToken: $token) {
          grant { id } token { accessToken } userErrors { code message } } }`,
      { id: patientId, token: proof },
    );
    const { breakGlass: broken } = data as unknown as {
      breakGlass: { grant: { id: string }; token: { accessToken: string }; userErrors: object[] };
    };
    expect(broken.userErrors).toEqual([]);
    return broken;
  }

  async function seen(token: string): Promise<boolean> {
    const { data, errors } = await ask(token, find, { id: patientId });
    expect(errors).toBeUndefined();
    return (data as { patient: object | null } | undefined)?.patient != null;
  }

  async function ask(token: string, query: string, variables: Record<string, unknown>): Promise<Answer> {
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      'x-correlation-id': randomUUID(),
    };
    const body = JSON.stringify({ query, variables });
    const response = await fetch(platform.demo.urls['graphql'] ?? '', { method: 'POST', headers, body });
    return { status: response.status, ...((await response.json()) as object) };
  }

  function personOf(role: string): { email: string; password: string } {
    const person = platform.demo.users.find(
      ({ organisationId, roles }) => organisationId === clinic.organisationId && roles.includes(role),
    );
    if (!person) throw new Error(`Nobody is ${role}`);
    return person;
  }

  async function signInAs(role: string): Promise<{ token: string; password: string }> {
    const { email, password } = personOf(role);
    const { login } = await clinic.staff.run<{ login: { tokens: { accessToken: string } } }>(
      `mutation l($email: String!, $password: String!) {
        login(email: $email, password: $password, productKey: "demo") { tokens { accessToken } userErrors { code message } } }`,
      { email, password },
    );
    return { token: login.tokens.accessToken, password };
  }

  async function idOf(role: string): Promise<string> {
    const { token } = await signInAs(role);
    const { data } = await ask(token, '{ me { id } }', {});
    return (data as unknown as { me: { id: string } }).me.id;
  }
});
