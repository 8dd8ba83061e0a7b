import { type Client, type Configuration, type ErrorOut, type KoaContextWithOIDC } from 'oidc-provider';
import { type ClientView, type RenderPage, type View } from './interactions/view';
import { paths } from './paths';

type Features = NonNullable<Configuration['features']>;

/** The pages that the engine itself comes to: device codes, signing out, errors. What they look like is not decided here. */
export interface EnginePages {
  readonly deviceFlow: Partial<NonNullable<Features['deviceFlow']>>;
  readonly endSession: Partial<NonNullable<Features['rpInitiatedLogout']>>;
  readonly renderError: NonNullable<Configuration['renderError']>;
}

export function enginePages(render: RenderPage): EnginePages {
  return {
    deviceFlow: {
      // eslint-disable-next-line @typescript-eslint/max-params -- the engine's
      userCodeInputSource: (ctx, _form, _out, error) =>
        show(ctx, render, { kind: 'DEVICE_CODE', ...deviceForm(ctx), refusal: refusalOf(error) }),
      // eslint-disable-next-line @typescript-eslint/max-params -- the engine's
      userCodeConfirmSource: (ctx, _form, client, _deviceInfo, userCode) => {
        const { action, hidden } = deviceForm(ctx);
        const all = { ...hidden, user_code: userCode, confirm: 'yes' };
        show(ctx, render, { kind: 'DEVICE_CONFIRM', action, hidden: all, client: clientView(client), userCode });
      },
      successSource: (ctx) => show(ctx, render, { kind: 'DEVICE_DONE', client: clientView(ctx.oidc.client) }),
    },
    endSession: {
      logoutSource: (ctx) =>
        show(ctx, render, { kind: 'SIGN_OUT', action: `${paths.endSession}/confirm`, hidden: xsrfOf(ctx) }),
      postLogoutSuccessSource: (ctx) => show(ctx, render, { kind: 'SIGNED_OUT' }),
    },
    renderError: (ctx, out) => show(ctx, render, errorView(out)),
  };
}

export function clientView(client: Client | undefined, redirectUri?: unknown): ClientView {
  const origin = typeof redirectUri === 'string' && URL.canParse(redirectUri) ? new URL(redirectUri).origin : null;
  return { name: client?.clientName ?? '', origin };
}

export function errorView({ error, error_description: description = '' }: ErrorOut): View {
  return { kind: 'ERROR', code: error, description };
}

function show(ctx: KoaContextWithOIDC, render: RenderPage, view: View): void {
  const { html, headers } = render(view, ctx.get('accept-language'));
  ctx.type = 'html';
  ctx.set('cache-control', 'no-store');
  ctx.set({ ...headers });
  ctx.body = html;
}

function deviceForm(ctx: KoaContextWithOIDC): { action: string; hidden: Record<string, string> } {
  return { action: paths.device, hidden: xsrfOf(ctx) };
}

/** What the engine has put into the browser's session, and wants back with the form. */
function xsrfOf(ctx: KoaContextWithOIDC): Record<string, string> {
  const secret = ctx.oidc.session?.state?.['secret'];
  return { xsrf: typeof secret === 'string' ? secret : '' };
}

/** The engine's reasons to ask for a code again, by the names of its errors. */
function refusalOf(error: Error | undefined): 'UNKNOWN' | 'EXPIRED' | 'USED' | null {
  switch (error?.name) {
    case undefined:
      return null;
    case 'ExpiredError':
      return 'EXPIRED';
    case 'AlreadyUsedError':
    case 'AbortedError':
      return 'USED';
    default:
      return 'UNKNOWN';
  }
}
