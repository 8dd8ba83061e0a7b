import { type IncomingMessage, type ServerResponse } from 'node:http';
import { DomainError } from '#shared/errors';
import { type HttpRoute, readBody, type RouteContext } from '#shared/subgraph';
import { linkPaths } from '../links/link.service';
import { acceptInvitation, describeInvitation } from '../links/invitation.service';
import { verifyEmail } from '../links/verification.service';
import { type SignInWork } from '../logins/login.service';
import { passwordLength } from '../passwords/password.policy';
import { requestPasswordReset, resetPassword } from '../passwords/password.service';
import { type AuthPorts } from '../ports';
import {
  donePage,
  emailVerificationPage,
  invitationPage,
  type NewPasswordView,
  newPasswordPage,
  resetRequestPage,
} from './account.page';
import { assetPaths, type Asset, assets } from './assets';
import { troublePage } from './closing.page';
import { FormGuard } from './form-guard';
import { type Page, renderDocument } from './page';
import { pageHeaders } from './page-headers';
import { type FormTarget, type Problems } from './parts';
import { chooseLanguage, type Language, type Problem } from './words';

type Context = RouteContext<AuthPorts>;

const maxFormBytes = 16_384;
const keptForEver = 'public, max-age=31536000, immutable';

/** A visit to a page about one's account. */
interface Visit {
  readonly work: SignInWork;
  readonly language: Language;
  /** Of the link; empty without one. */
  readonly token: string;
  /** What was sent; null when the page is only looked at. */
  readonly form: URLSearchParams | null;
  readonly target: FormTarget;
}

type Answer = (visit: Visit) => Promise<Page>;

const answers: readonly (readonly [string, Answer])[] = [
  [linkPaths.RESET_PASSWORD, answerReset],
  [linkPaths.VERIFY_EMAIL, answerVerification],
  [linkPaths.INVITATION, answerInvitation],
];

/** The pages that the links of account mail lead to, and the files of all pages. */
export function pageRoutes(context: Context): readonly HttpRoute[] {
  return [...assets.map(assetRoute), ...answers.map(([path, answer]) => accountRoute(context, path, answer))];
}

function assetRoute({ path, contentType, content }: Asset): HttpRoute {
  return {
    path,
    handle: (request, response) => {
      const isRead = request.method === 'GET' || request.method === 'HEAD';
      response.writeHead(isRead ? 200 : 405, {
        ...{ 'content-type': contentType, 'x-content-type-options': 'nosniff' },
        ...(isRead ? { 'cache-control': keptForEver, 'content-length': content.length } : { allow: 'GET, HEAD' }),
      });
      response.end(request.method === 'GET' ? content : undefined);
    },
  };
}

function accountRoute(context: Context, path: string, answer: Answer): HttpRoute {
  return {
    path,
    handle: (request, response) => {
      visit(context, { request, response, path, answer }).catch((error: unknown) => {
        context.log.error({ err: error, path }, 'A page of an account failed');
        if (response.headersSent) response.destroy();
        else response.writeHead(500, { 'content-length': '0' }).end();
      });
    },
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly answer: Answer;
}

async function visit({ ports, system, log }: Context, exchange: Exchange): Promise<void> {
  const { request, response, path, answer } = exchange;
  const language = chooseLanguage(request.headers['accept-language']);
  const isSecure = ports.publicUrl().startsWith('https:');
  const guard = new FormGuard(isSecure);
  const { token: formToken, cookie } = guard.protect(request);
  const form = request.method === 'POST' ? await readForm(request) : null;
  const token = form?.get('token') ?? new URL(request.url ?? '/', 'http://page').searchParams.get('token') ?? '';
  const target = { action: path, token: formToken, ...(token !== '' && { hidden: { token } }) };
  const work = { ports, system, at: new Date() };
  const isForeign = form !== null && !guard.accepts(request, form);
  const page = isForeign
    ? troublePage({ trouble: 'foreignForm' }, language)
    : await answer({ work, language, token, form, target }).catch((error: unknown) => {
        const known = troubleOf(error, language);
        if (!known) log.error({ err: error, path }, 'A page of an account failed');
        return known ?? troublePage({ trouble: 'failed' }, language);
      });
  response.writeHead(page.status, { ...pageHeaders({ needsScript: false, isSecure }), 'set-cookie': cookie });
  response.end(request.method === 'HEAD' ? undefined : renderDocument(page, language, assetPaths));
}

/** Null for what is no refusal. */
function troubleOf(error: unknown, language: Language): Page | null {
  const code = error instanceof DomainError ? error.code : null;
  if (code === 'LINK_EXPIRED') return troublePage({ trouble: 'linkExpired' }, language);
  if (code === 'RATE_LIMITED') return troublePage({ trouble: 'throttled' }, language);
  return code === 'CONFLICT' ? troublePage({ trouble: 'denied' }, language) : null;
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  return new URLSearchParams((await readBody(request, maxFormBytes)).toString('utf8'));
}

/** Without a link somebody asks for one; with one they choose a password. */
function answerReset(visit: Visit): Promise<Page> {
  return visit.token === '' ? answerResetRequest(visit) : answerNewPassword(visit);
}

async function answerResetRequest({ work, language: { words }, form, target }: Visit): Promise<Page> {
  if (form === null) return resetRequestPage({ form: target }, words);
  const email = (form.get('email') ?? '').trim();
  const problem = problemOfEmail(email);
  if (problem) return resetRequestPage({ form: target, entered: { email }, problems: { email: problem } }, words);
  await requestPasswordReset(work, email);
  return donePage({ title: words.checkMail, what: words.checkMailReset, hint: words.checkMailHint });
}

function problemOfEmail(email: string): Problem | null {
  if (email === '') return 'emailMissing';
  return /^[^\s@]{1,64}@[^\s@]{1,189}$/.test(email) ? null : 'emailMalformed';
}

async function answerNewPassword({ work, language: { words }, token, form, target }: Visit): Promise<Page> {
  const view: NewPasswordView = { form: target, minLength: passwordLength.min };
  if (form === null) return newPasswordPage(view, words);
  const newPassword = form.get('password') ?? '';
  const problems = await problemsOf(newPassword, () => resetPassword(work, { token, newPassword }));
  if (problems) return newPasswordPage({ ...view, problems }, words);
  return donePage({ title: words.passwordChanged, what: words.passwordChangedWhat });
}

async function answerInvitation({ work, language: { words }, token, form, target }: Visit): Promise<Page> {
  const facts = await describeInvitation(work, token);
  const view = { form: target, minLength: passwordLength.min, ...facts };
  if (form === null) return invitationPage(view, words);
  const password = facts.needsPassword ? (form.get('password') ?? '') : null;
  const problems = await problemsOf(password, () => acceptInvitation(work, { token, password }));
  if (problems) return invitationPage({ ...view, problems }, words);
  return donePage({ title: words.invitationAccepted, what: words.invitationAcceptedWhat });
}

/** Looking at the page confirms nothing: mail scanners follow links. */
async function answerVerification({ work, language: { words }, token, form, target }: Visit): Promise<Page> {
  if (form === null) return emailVerificationPage({ form: target }, words);
  await verifyEmail(work, token);
  return donePage({ title: words.emailConfirmed, what: words.emailConfirmedWhat });
}

/** @returns null when it was done; what is wrong with the password otherwise */
async function problemsOf(password: string | null, act: () => Promise<void>): Promise<Problems | null> {
  try {
    await act();
    return null;
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'BAD_USER_INPUT' || password === null) throw error;
    return { password: problemOfPassword(password) };
  }
}

function problemOfPassword(password: string): Problem {
  if (password === '') return 'passwordMissing';
  if (password.length < passwordLength.min) return 'passwordShort';
  return password.length > passwordLength.max ? 'passwordLong' : 'passwordKnown';
}
