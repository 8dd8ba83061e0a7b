import { randomBytes } from 'node:crypto';
import { type IncomingMessage } from 'node:http';
import { z } from 'zod';
import { DomainError, UnauthenticatedError } from '#shared/errors';
import { type ExpiringStore } from '#shared/expiring-store';
import { type Logger } from '#shared/logging';
import { type AdminConfig } from './admin-config';
import { type AdminSession, AdminSessions, type AdminTokens } from './admin-sessions';
import { AdminSignInError, AuthorizationFlow, flowSeconds } from './authorization-flow';
import { Cookies } from './cookies';
import { isFromOwnPage } from './same-origin';
import { Sealing } from './sealing';

/** Runs an operation of the supergraph in the gateway's own name, or as whoever the token stands for. */
export type RunOperation = (operation: {
  readonly source: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly accessToken?: string;
}) => Promise<unknown>;

export interface AdminDoorOptions {
  readonly config: AdminConfig;
  readonly store: ExpiringStore;
  readonly run: RunOperation;
  readonly log: Logger;
}

const sessionCookie = 'sa_admin';
const flowCookie = 'sa_admin_flow';

const tokensSchema = z
  .object({
    tokens: z
      .object({ accessToken: z.string(), refreshToken: z.string().nullish(), expiresIn: z.number().positive() })
      .nullable(),
  })
  .nullish();
const answerSchema = z.object({ signedIn: tokensSchema, refreshed: tokensSchema }).partial();

/** How staff of the platform come in: by their identity provider, with a cookie for the browser in the end. */
export class AdminDoor {
  private readonly cookies: Cookies;
  private readonly flow: AuthorizationFlow;
  private readonly origin: string;
  private readonly sessions: AdminSessions;

  constructor(private readonly options: AdminDoorOptions) {
    const { config, store } = options;
    const { refresh } = config.operations;
    const sealing = new Sealing(config.sessionKey ?? randomBytes(32));
    this.cookies = new Cookies(config.publicUrl.startsWith('https:'));
    this.flow = new AuthorizationFlow(config, sealing);
    this.origin = new URL(config.publicUrl).origin;
    this.sessions = new AdminSessions({
      ...{ store, sealing, idleMs: config.idleMs, maxMs: config.maxMs },
      ...(refresh !== undefined && {
        refresh: async (refreshToken: string) => (await this.exchange(refresh, { refreshToken })).refreshed,
      }),
    });
  }

  /** Off to the identity provider. @throws {AdminSignInError} */
  async begin(returnTo: string): Promise<{ readonly location: string; readonly cookies: string[] }> {
    const { location, cookie } = await this.flow.begin(returnTo, new Date());
    // Lax: the provider's answer is a navigation from another site.
    const written = this.cookies.write(flowCookie, cookie, { sameSite: 'Lax', maxAgeSeconds: flowSeconds });
    return { location, cookies: [written] };
  }

  /** Back from it. @throws {AdminSignInError} */
  async finish(request: IncomingMessage): Promise<{ readonly location: string; readonly cookies: string[] }> {
    const { searchParams } = new URL(request.url ?? '/', this.origin);
    const flow = this.flow.resume(this.cookies.read(request, flowCookie), searchParams, new Date());
    const { code, codeVerifier, nonce, returnTo: location } = flow;
    const variables = { code, codeVerifier, nonce, redirectUri: this.flow.redirectUri };
    const { signedIn } = await this.exchange(this.options.config.operations.signIn, variables);
    if (!signedIn) throw new AdminSignInError('REFUSED');
    await this.closeFormer(request);
    const id = await this.sessions.open(signedIn, new Date());
    const session = this.cookies.write(sessionCookie, id, { sameSite: 'Strict' });
    return { location, cookies: [session, this.cookies.clear(flowCookie)] };
  }

  /** What a browser that could not be signed in forgets. */
  get forgetFlow(): string {
    return this.cookies.clear(flowCookie);
  }

  /** Null when nobody is signed in. */
  find(request: Pick<IncomingMessage, 'headers'>): Promise<AdminSession | null> {
    const id = this.cookies.read(request, sessionCookie);
    return id === null ? Promise.resolve(null) : this.sessions.find(id, new Date());
  }

  /** @throws {DomainError} FORBIDDEN when another site's page asks. @returns the `Set-Cookie` that forgets the session */
  async signOut(request: IncomingMessage): Promise<string> {
    const session = await this.find(request);
    if (session) this.assertOwnPage(request, session);
    await this.closeFormer(request);
    return this.cookies.clear(sessionCookie);
  }

  /**
   * The token of the cookie's session, for a request that brings no token of its own.
   * @returns null when there is no cookie either
   * @throws {DomainError} UNAUTHENTICATED when its session is over, FORBIDDEN when another site's page asks
   */
  async tokenFor(request: IncomingMessage): Promise<string | null> {
    if (this.cookies.read(request, sessionCookie) === null) return null;
    const session = await this.find(request);
    if (!session) throw new UnauthenticatedError('The session is over');
    // A GET must be safe to be made by anybody, so the cookie says nothing there.
    if (request.method !== 'POST') throw new DomainError('FORBIDDEN', 'With the cookie, GraphQL is asked by POST');
    this.assertOwnPage(request, session);
    return session.accessToken;
  }

  get forgetSession(): string {
    return this.cookies.clear(sessionCookie);
  }

  private assertOwnPage({ headers }: IncomingMessage, { csrfToken }: AdminSession): void {
    if (isFromOwnPage(headers, { origin: this.origin, csrfToken })) return;
    throw new DomainError('FORBIDDEN', 'The cookie counts for pages of this origin, with their token in X-CSRF-Token');
  }

  /** Ends the session of the cookie that was there before, here and where the tokens come from. */
  private async closeFormer(request: IncomingMessage): Promise<void> {
    const id = this.cookies.read(request, sessionCookie);
    const closed = id === null ? null : await this.sessions.close(id);
    const { signOut: source } = this.options.config.operations;
    if (!closed || source === undefined) return;
    try {
      await this.options.run({ source, variables: {}, accessToken: closed.accessToken });
    } catch (err) {
      // The cookie opens nothing any more; the tokens end by themselves.
      this.options.log.warn({ err }, 'A session of staff was closed here, and not where its tokens come from');
    }
  }

  private async exchange(
    source: string,
    variables: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly signedIn: AdminTokens | null; readonly refreshed: AdminTokens | null }> {
    const answer = answerSchema.parse(await this.options.run({ source, variables }));
    return { signedIn: tokensOf(answer.signedIn), refreshed: tokensOf(answer.refreshed) };
  }
}

function tokensOf(payload: z.infer<typeof tokensSchema>): AdminTokens | null {
  if (!payload?.tokens) return null;
  const { accessToken, refreshToken = null, expiresIn: expiresInSeconds } = payload.tokens;
  return { accessToken, refreshToken, expiresInSeconds };
}
