import { type MfaKind } from '../../mfa/mfa.codes';

/** The application that asks, as a person is told about it. */
export interface ClientView {
  readonly name: string;
  /** Of the redirect address: where the browser goes from here. Null for devices. */
  readonly origin: string | null;
}

/** A scope in plain words. */
export interface ScopeView {
  readonly name: string;
  readonly description: string;
  /** It reaches health information. */
  readonly phi: boolean;
}

/** Why the form is shown again. EXPIRED: the second step took too long, or failed too often, and begins anew. */
export type Refusal = 'CREDENTIALS' | 'CODE' | 'EXPIRED' | 'TOO_MANY_ATTEMPTS';

/**
 * What a person has to be shown next. A form is sent by POST, `application/x-www-form-urlencoded`, to its `action`, with
 * the fields its comment names and `hidden` as it is. Nothing of a view may be trusted to be free of markup.
 */
export type View =
  /** Fields: `email`, `password`. */
  | (FormView & {
      readonly kind: 'SIGN_IN';
      readonly client: ClientView;
      readonly loginHint: string | null;
      readonly refusal: Refusal | null;
      readonly cancelAction: string;
    })
  /** Fields: `kind` (one of `kinds`) and `code`. */
  | (FormView & {
      readonly kind: 'MFA';
      readonly client: ClientView;
      readonly kinds: readonly MfaKind[];
      readonly refusal: Refusal | null;
      readonly cancelAction: string;
    })
  /** No fields: sending it allows. */
  | (FormView & {
      readonly kind: 'CONSENT';
      readonly client: ClientView;
      /** Who is signed in. */
      readonly personName: string;
      readonly scopes: readonly ScopeView[];
      readonly cancelAction: string;
    })
  /** Fields: `user_code`. */
  | (FormView & { readonly kind: 'DEVICE_CODE'; readonly refusal: 'UNKNOWN' | 'EXPIRED' | 'USED' | null })
  /** No fields: sending it goes on; with `abort=yes` it refuses the device. */
  | (FormView & { readonly kind: 'DEVICE_CONFIRM'; readonly client: ClientView; readonly userCode: string })
  | { readonly kind: 'DEVICE_DONE'; readonly client: ClientView }
  /** Fields: `logout=yes` to sign out here and of every application that was opened from here. */
  | (FormView & { readonly kind: 'SIGN_OUT' })
  | { readonly kind: 'SIGNED_OUT' }
  /** `code` is of RFC 6749 §4.1.2.1 or OpenID Connect Core §3.1.2.6, or `interaction_expired` or `not_found`; `description` is English and for developers. */
  | { readonly kind: 'ERROR'; readonly code: string; readonly description: string };

export interface FormView {
  readonly action: string;
  readonly hidden: Readonly<Record<string, string>>;
}

/** A whole page. */
export interface Page {
  readonly html: string;
  /** At least a Content-Security-Policy. Its `form-action` must allow `'self'` and `client.origin`: browsers check redirects that follow a form too. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Turns what is due into a page. The pages of this subgraph come from here and from nowhere else. */
export type RenderPage = (view: View, acceptLanguage?: string) => Page;
