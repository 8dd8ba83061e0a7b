import { unreachable } from '#shared/errors';
import { linkPaths } from '../links/link.service';
import { type Refusal, type RenderPage, type View } from '../oauth/interactions/view';
import { donePage } from './account.page';
import { assetPaths } from './assets';
import { signOutPage, troublePage } from './closing.page';
import { consentPage } from './consent.page';
import { deviceCodePage, deviceConfirmationPage } from './device.page';
import { pageHeaders } from './page-headers';
import { type Page, renderDocument } from './page';
import { type FormTarget, type Problems } from './parts';
import { type CodeFactor, secondFactorPage } from './second-factor.page';
import { signInPage } from './sign-in.page';
import { chooseLanguage, type Language, type Problem, type Trouble, type Words } from './words';

/** @param isSecure whether the pages are reached by TLS */
export function viewRenderer(isSecure: boolean): RenderPage {
  return (view, acceptLanguage) => {
    const language = chooseLanguage(acceptLanguage);
    const page = pageOf(view, language);
    const redirectOrigin = 'client' in view ? view.client.origin : null;
    const rules = { needsScript: page.needsScript === true, isSecure };
    return {
      html: renderDocument(page, language, assetPaths),
      headers: pageHeaders(redirectOrigin === null ? rules : { ...rules, redirectUri: redirectOrigin }),
    };
  };
}

function pageOf(view: View, language: Language): Page {
  const { words } = language;
  switch (view.kind) {
    case 'SIGN_IN':
      return signInOf(view, words);
    case 'MFA':
      return secondFactorOf(view, words);
    case 'CONSENT':
      return consentPage(
        {
          ...{ form: formOf(view), asking: askingOf(view), scopes: view.scopes, cancelAction: view.cancelAction },
          person: view.personName === '' ? null : view.personName,
        },
        words,
      );
    case 'DEVICE_CODE':
      return deviceCodePage({ form: formOf(view), problems: deviceProblems(view.refusal) }, words);
    case 'DEVICE_CONFIRM':
      return deviceConfirmationPage({ form: formOf(view), client: view.client.name, userCode: view.userCode }, words);
    default:
      return closingPageOf(view, language);
  }
}

type ClosingView = Extract<View, { kind: 'DEVICE_DONE' | 'SIGN_OUT' | 'SIGNED_OUT' | 'ERROR' }>;

function closingPageOf(view: ClosingView, language: Language): Page {
  const { words } = language;
  switch (view.kind) {
    case 'DEVICE_DONE':
      return donePage({ title: words.deviceConnected, what: words.deviceConnectedWhat });
    case 'SIGN_OUT':
      return signOutPage(formOf(view), words);
    case 'SIGNED_OUT':
      return donePage({ title: words.signedOut, what: words.signedOutWhat });
    case 'ERROR':
      return troublePage({ trouble: troubleOf(view), code: view.code }, language);
    default:
      return unreachable(view);
  }
}

function signInOf(view: Extract<View, { kind: 'SIGN_IN' }>, words: Words): Page {
  return signInPage(
    {
      ...{ form: formOf(view), asking: askingOf(view), cancelAction: view.cancelAction },
      ...(view.loginHint !== null && { email: view.loginHint }),
      problems: problemsOf(view.refusal, 'password'),
      ...{ hasPasskeys: false, resetHref: linkPaths.RESET_PASSWORD, registerHref: null },
    },
    words,
  );
}

function secondFactorOf(view: Extract<View, { kind: 'MFA' }>, words: Words): Page {
  const known: readonly CodeFactor[] = ['TOTP', 'RECOVERY_CODE'];
  return secondFactorPage(
    {
      form: formOf(view),
      factors: known.filter((kind) => view.kinds.includes(kind)),
      ...{ passkey: null, cancelAction: view.cancelAction, problems: problemsOf(view.refusal, 'code') },
    },
    words,
  );
}

/** The action of an interaction is known to the browser that began it and to nobody else; its cookie is SameSite. */
function formOf({ action, hidden }: { action: string; hidden: Readonly<Record<string, string>> }): FormTarget {
  return { action, token: null, hidden };
}

function askingOf({ client }: Extract<View, { kind: 'SIGN_IN' | 'CONSENT' }>): { client: string; organisation: null } {
  return { client: client.name, organisation: null };
}

const refusals: Readonly<Record<Refusal, Problem>> = {
  CREDENTIALS: 'credentials',
  CODE: 'codeWrong',
  EXPIRED: 'secondStepOver',
  TOO_MANY_ATTEMPTS: 'tooMany',
};

function problemsOf(refusal: Refusal | null, field: string): Problems {
  return refusal === null ? {} : { [field]: refusals[refusal] };
}

const deviceRefusals = { UNKNOWN: 'deviceCodeWrong', EXPIRED: 'deviceCodeExpired', USED: 'deviceCodeUsed' } as const;

function deviceProblems(refusal: keyof typeof deviceRefusals | null): Problems {
  return refusal === null ? {} : { user_code: deviceRefusals[refusal] };
}

/** By the codes of RFC 6749 §4.1.2.1, and those of ours. */
const troubles: Readonly<Record<string, Trouble>> = {
  access_denied: 'denied',
  interaction_expired: 'expired',
  not_found: 'notFound',
  server_error: 'failed',
  temporarily_unavailable: 'failed',
};

function troubleOf({ code }: { readonly code: string }): Trouble {
  return troubles[code] ?? 'refused';
}
