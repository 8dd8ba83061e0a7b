import { type ActingParty, type Actor, type Region, type Scope } from '#shared/auth';
import { newId } from '#shared/ids';

export interface ActorOptions {
  readonly scopes: readonly Scope[];
  readonly organisationId?: string;
  readonly patientIds?: readonly string[];
  readonly practitionerId?: string | null;
  readonly roles?: readonly string[];
  readonly act?: ActingParty;
  readonly breakGlassGrantId?: string;
}

/** An organisation of its own for each test file, so that files share a database without meeting. */
export function testOrganisation(region: Region = 'UK'): { organisationId: string; region: Region } {
  return { organisationId: newId('org'), region };
}

/** A signed-in user with just these scopes. */
export function actorOf(organisation: { organisationId: string; region: Region }, options: ActorOptions): Actor {
  const userId = newId('usr');
  return {
    kind: 'user',
    subject: userId,
    userId,
    clientId: newId('cli'),
    organisationId: options.organisationId ?? organisation.organisationId,
    region: organisation.region,
    scopes: new Set(options.scopes),
    roles: options.roles ?? [],
    patientIds: options.patientIds ?? [],
    practitionerId: options.practitionerId ?? null,
    act: options.act ?? null,
    breakGlassGrantId: options.breakGlassGrantId ?? null,
    expiresAt: new Date(Date.now() + 900_000),
  };
}
