import { auth } from '..';
import { ConfigError } from '#shared/config';
import { startTestSubgraph, testGround } from '#shared/testing';
import { type AuthUnderTest, issuer, startAuth } from '../auth.fixture';
import { People } from '../people.fixture';
import { User } from '../users/user.entity';
import { firstAccountOf } from './settings';

const [organisation, email] = ['Harbour Clinic', 'canary.first@harbour.example'];

describe('the first account of a platform', () => {
  let subject: AuthUnderTest;
  let people: People;

  beforeAll(async () => {
    subject = await startAuth({ FIRST_ORGANISATION: organisation, FIRST_ADMIN_EMAIL: email, LOGIN_ANSWER_MS: '100' });
    people = new People(subject);
  });
  afterAll(() => subject.stop());

  test('is invited by mail, and administers its organisation once it has chosen a password', async () => {
    const token = await people.tokenFor(email);
    expect(await people.follow('acceptInvitation', token, 'chosen by myself')).toBeNull();
    const login = `mutation { login(email: "${email}", password: "chosen by myself", productKey: "console") {
      tokens { scope } user { roles } userErrors { code } } }`;
    const answer = await people.ask<{ login: { tokens: { scope: string[] }; user: { roles: string[] } } }>(null, login);
    expect(answer.login.user.roles.sort()).toEqual(['ADMIN', 'PLATFORM_ADMIN']);
    expect(answer.login.tokens.scope).toEqual(expect.arrayContaining(['auth:users:write', 'auth:roles:write']));
    // The platform's own affairs are for the product of its staff, which no password opens.
    expect(answer.login.tokens.scope).not.toContain('auth:keys:write');
    const staff = login.replace('"console"', '"admin-console"');
    expect(await people.ask(null, staff)).toMatchObject({ login: { tokens: null } });
  });

  test('is made once: the next start finds an organisation', async () => {
    const ground = testGround();
    const environment = { TOKEN_ISSUER: issuer, FIRST_ORGANISATION: organisation, FIRST_ADMIN_EMAIL: email };
    const first = await startTestSubgraph(auth, { environment, ground });
    await first.until('the invitation', () => first.mailbox?.list().length === 1);
    await first.stop();
    const second = await startTestSubgraph(auth, {
      environment: { ...environment, FIRST_ADMIN_EMAIL: 'b@c.example' },
      ground,
    });
    await second.until('every event is out', async () => (await second.running.lag()).pending === 0);
    const people = await second.running.system.source.getRepository(User).count();
    expect([people, second.mailbox?.list()]).toEqual([1, []]);
    await second.stop();
    await ground.remove();
  });

  test('wants both settings, or neither', () => {
    expect(() => firstAccountOf({ FIRST_ORGANISATION: organisation })).toThrow(ConfigError);
    expect(() => firstAccountOf({ FIRST_ADMIN_EMAIL: email })).toThrow(ConfigError);
    expect(firstAccountOf({})).toBeNull();
  });
});
