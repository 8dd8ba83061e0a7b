import { URI, type TOTP } from 'otpauth';
import { type Actor } from '#shared/auth';
import { newId } from '#shared/ids';
import { type KeptMail } from '#shared/mail';
import { type DemoPerson } from '#shared/subgraph';
import { type AuthUnderTest } from './auth.fixture';

export interface Answer {
  mustEnrolMfa: boolean;
  tokens: { accessToken: string; refreshToken: string; scope: string[] } | null;
  user: { id: string; organisationId: string; roles: string[]; patientIds: string[] } | null;
  organisations?: { id: string; name: string }[] | null;
  mfaChallenge: { id: string; kinds: string[]; expiresAt: string } | null;
  userErrors: { code: string; message: string }[];
}

const answer = `mustEnrolMfa tokens { accessToken refreshToken scope } user { id organisationId roles patientIds }
  mfaChallenge { id kinds expiresAt } userErrors { code message }`;

/**
 * Moves the clock of this process, which otherwise goes on as it does. Timers stay real.
 * @returns how to move it, by milliseconds
 */
export function movableClock(): (ms: number) => void {
  const others = ['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate'] as const;
  const timers = ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] as const;
  jest.useFakeTimers({ doNotFake: [...others, ...timers], advanceTimers: true });
  return (ms) => jest.setSystemTime(Date.now() + ms);
}

/** People of the platform and what they do about their own accounts, by the API alone. */
export class People {
  constructor(private readonly auth: AuthUnderTest) {}

  async ask<T>(actor: Actor | null, query: string, variables: Record<string, unknown> = {}): Promise<T> {
    const { data, errors } = await this.auth.subject.ask(actor, query, variables);
    expect(errors).toBeUndefined();
    return data as T;
  }

  /** The code of the first error, whichever way it was given. */
  async refusal(actor: Actor | null, query: string, variables: Record<string, unknown> = {}): Promise<string | null> {
    const { data, errors } = await this.auth.subject.ask(actor, query, variables);
    if (errors?.[0]) return String(errors[0].extensions?.['code']);
    const [payload] = Object.values(data ?? {}) as { userErrors: { code: string }[] }[];
    return payload?.userErrors[0]?.code ?? null;
  }

  async login({ email, password }: Pick<DemoPerson, 'email' | 'password'>): Promise<Answer> {
    const query = `mutation ($email: String!, $password: String!) { login(email: $email, password: $password, productKey: "demo") { ${answer} } }`;
    return (await this.ask<{ login: Answer }>(null, query, { email, password })).login;
  }

  /** Signs in where somebody belongs to several organisations. */
  async loginTo(person: Pick<DemoPerson, 'email' | 'password'>, organisationId: string | null): Promise<Answer> {
    const query = `mutation ($email: String!, $password: String!, $organisationId: ID) {
      login(email: $email, password: $password, productKey: "demo", organisationId: $organisationId) { ${answer} organisations { id name } } }`;
    const { email, password } = person;
    return (await this.ask<{ login: Answer }>(null, query, { email, password, organisationId })).login;
  }

  /** Invites somebody by a link, as an administrator. @returns their id */
  async invite(admin: Actor, email: string, more: object = {}): Promise<string> {
    const input = { idempotencyKey: newId('idk'), email, firstName: 'Canaryfirst', lastName: 'Canarylast' };
    const { inviteUser } = await this.ask<{ inviteUser: { user: { id: string } | null; userErrors: object[] } }>(
      admin,
      'mutation ($input: InviteUserInput!) { inviteUser(input: $input) { user { id } userErrors { code path } } }',
      { input: { ...input, roles: ['NURSE'], ...more } },
    );
    expect(inviteUser.userErrors).toEqual([]);
    return inviteUser.user?.id ?? '';
  }

  /** The mails to an address, oldest first, once there are as many. */
  mailsTo(email: string, count = 1): Promise<KeptMail[]> {
    return this.auth.subject.until('the mails', () => {
      const mails = (this.auth.subject.mailbox?.list() ?? []).filter(({ to }) => to === email);
      return mails.length >= count && mails;
    });
  }

  /** The secret of the link in the last of so many mails to an address. */
  async tokenFor(email: string, count = 1): Promise<string> {
    const mail = (await this.mailsTo(email, count)).at(-1);
    const [link = ''] = /https?:\S+/.exec(mail?.text ?? '') ?? [];
    return new URL(link).searchParams.get('token') ?? '';
  }

  /** Follows a link of a mail. @returns the code of the refusal, or null when it was taken */
  follow(
    mutation: 'resetPassword' | 'verifyEmail' | 'acceptInvitation',
    token: string,
    password?: string,
  ): Promise<string | null> {
    const argument = {
      resetPassword: 'newPassword: $password',
      acceptInvitation: 'password: $password',
      verifyEmail: '',
    };
    const declared = mutation === 'verifyEmail' ? '' : `, $password: String${mutation === 'resetPassword' ? '!' : ''}`;
    return this.refusal(
      null,
      `mutation ($token: String!${declared}) { ${mutation}(token: $token ${argument[mutation]}) { accepted userErrors { code } } }`,
      { token, ...(password !== undefined && { password }) },
    );
  }

  async completeMfa(challengeId: string, factor: object): Promise<Answer> {
    const query = `mutation ($challengeId: ID!, $factor: FactorInput!) { completeMfa(challengeId: $challengeId, factor: $factor) { ${answer} } }`;
    return (await this.ask<{ completeMfa: Answer }>(null, query, { challengeId, factor })).completeMfa;
  }

  /** Signs somebody in who has no second factor. */
  async signIn(person: Pick<DemoPerson, 'email' | 'password'>): Promise<Actor> {
    const { tokens, userErrors } = await this.login(person);
    expect(userErrors).toEqual([]);
    return this.auth.verify(tokens?.accessToken ?? '');
  }

  async stepUp(actor: Actor, purpose: string, proof: object): Promise<string> {
    const { stepUp } = await this.ask<{ stepUp: { stepUp: { token: string } | null; userErrors: object[] } }>(
      actor,
      `mutation ($purpose: StepUpPurpose!, $password: String, $factor: FactorInput) {
        stepUp(purpose: $purpose, password: $password, factor: $factor) { stepUp { token } userErrors { code } } }`,
      { purpose, ...proof },
    );
    expect(stepUp.userErrors).toEqual([]);
    return stepUp.stepUp?.token ?? '';
  }

  /** Enrols an authenticator app for somebody, and gives what it shows. */
  async enrol(actor: Actor, stepUpToken: string): Promise<{ app: Authenticator; deviceId: string; codes: string[] }> {
    const begun = await this.ask<{ enrolTotp: { device: { id: string }; otpauthUrl: string; userErrors: object[] } }>(
      actor,
      'mutation ($token: String!) { enrolTotp(label: "Canaryphone", stepUpToken: $token) { device { id } otpauthUrl userErrors { code } } }',
      { token: stepUpToken },
    );
    expect(begun.enrolTotp.userErrors).toEqual([]);
    const { device, otpauthUrl } = begun.enrolTotp;
    const app = new Authenticator(otpauthUrl);
    const confirmed = await this.ask<{ confirmTotp: { recoveryCodes: string[] | null; userErrors: object[] } }>(
      actor,
      'mutation ($id: ID!, $code: String!) { confirmTotp(deviceId: $id, code: $code) { recoveryCodes userErrors { code } } }',
      { id: device.id, code: app.code() },
    );
    expect(confirmed.confirmTotp.userErrors).toEqual([]);
    return { app, deviceId: device.id, codes: confirmed.confirmTotp.recoveryCodes ?? [] };
  }
}

/** An authenticator app that has scanned a QR code. */
export class Authenticator {
  private readonly totp: TOTP;

  constructor(readonly url: string) {
    this.totp = URI.parse(url) as TOTP;
  }

  /** @param steps how many steps of 30 s its clock is ahead of ours */
  code(steps = 0): string {
    return this.totp.generate({ timestamp: Date.now() + steps * 30_000 });
  }
}
