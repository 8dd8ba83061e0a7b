import { type Region } from '#shared/region';
import { type CallerLimits } from './caller-limits';
import { type Scope } from './scopes';

/** Which token a caller came with, for as far as that matters: it may be revoked before it ends. */
export interface TokenFacts {
  /** `jti` (RFC 7519 §4.1.7). */
  readonly id: string;
  /** `sid` (OpenID Connect Front-Channel Logout 1.0 §3): the sign-in it stems from; null for clients that act for themselves. */
  readonly sessionId: string | null;
  /** `iat`, in milliseconds since the epoch but to the second. */
  readonly issuedAtMs: number;
}

/** The one who is really there while somebody else's rights are used. */
export interface ActingParty {
  /** `usr_…`, `cli_…` or `service:<name>`. */
  readonly subject: string;
  readonly clientId: string | null;
}

/** Who is asking, as a verified token says. Everything a policy may look at. */
export interface Actor {
  /** A person, a registered API client, or one of the platform's own services. */
  readonly kind: 'user' | 'client' | 'service';
  /** `usr_…`, `cli_…` or `service:<name>`. */
  readonly subject: string;
  readonly userId: string | null;
  readonly clientId: string | null;
  readonly organisationId: string;
  readonly region: Region;
  readonly scopes: ReadonlySet<Scope>;
  readonly roles: readonly string[];
  /** The patients this user is, or may act for. `…:self` scopes reach their records and no others. */
  readonly patientIds: readonly string[];
  readonly practitionerId: string | null;
  /** Who acts in the subject's name (`act`, RFC 8693 §4.1); null when they act themselves. Earlier actors do not count. */
  readonly act: ActingParty | null;
  /** The break-glass grant this access is made under; every access of such an actor is marked in the audit trail. */
  readonly breakGlassGrantId: string | null;
  /** The one patient that the grant opens. */
  readonly breakGlassPatientId?: string;
  /** Access ends here, sockets included. */
  readonly expiresAt: Date;
  /** Absent for the platform's own services, which have no token. */
  readonly token?: TokenFacts;
  /** What the token's client is held to at the gateway; subgraphs are not told. Absent: what holds for everybody. */
  readonly limits?: CallerLimits;
}

export function hasScope(actor: Actor, scope: Scope): boolean {
  return actor.scopes.has(scope);
}

/** One of the platform's services at work on behalf of an organisation: consumers, timers, senders. */
export function serviceActor(
  name: string,
  organisation: { organisationId: string; region: Region },
  scopes: readonly Scope[],
): Actor {
  return {
    kind: 'service',
    subject: `service:${name}`,
    userId: null,
    clientId: null,
    organisationId: organisation.organisationId,
    region: organisation.region,
    scopes: new Set(scopes),
    roles: [],
    patientIds: [],
    practitionerId: null,
    act: null,
    breakGlassGrantId: null,
    expiresAt: new Date(8.64e15),
  };
}
