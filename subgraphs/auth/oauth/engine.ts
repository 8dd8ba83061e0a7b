import type Provider from 'oidc-provider';
import { type Logger } from '#shared/logging';
import { type SystemAccess } from '#shared/subgraph';
import { noteGrantEnded, type SessionWork } from '../sessions/session.service';
import { type AuthPorts } from '../ports';
import { type KeySet } from '../tokens/signing-keys';
import { compareClientSecret, useHashedSecrets } from './client-secrets';
import { engineConfiguration } from './configuration';
import { finishAnswer } from './http';
import { Provider as Engine } from './load-engine';
import { OAuthRecords } from './records';
import { endWithBrowser } from './sign-out';
import { useStructuredTokens } from './structured-tokens';
import { useTokenExchange } from './token-exchange';

/**
 * The OAuth engine of this process. It takes its signing keys when it is made, so a rotation makes a new one; requests
 * that have begun end on the one they began with. Nothing is lost by that: what it remembers is in the database.
 */
export class OAuthEngine {
  private made: { readonly keys: KeySet; readonly provider: Provider } | null = null;
  private store: OAuthRecords | null = null;

  constructor(
    private readonly ports: () => AuthPorts,
    private readonly log: Logger,
  ) {}

  /** The engine with the keys of now. */
  async provider(system: SystemAccess): Promise<Provider> {
    const ports = this.ports();
    const keys = await ports.signingKeys.current(system.source);
    if (this.made?.keys !== keys) this.made = { keys, provider: await this.make(system, keys) };
    return this.made.provider;
  }

  async keys(system: SystemAccess): Promise<KeySet> {
    return this.ports().signingKeys.current(system.source);
  }

  records(system: SystemAccess): OAuthRecords {
    this.store ??= new OAuthRecords({
      source: system.source,
      keys: this.ports().platformKeys,
      grantEnded: (grantHash, reason) => noteGrantEnded({ system, at: new Date() }, grantHash, reason),
    });
    return this.store;
  }

  private async make(system: SystemAccess, keys: KeySet): Promise<Provider> {
    const ports = this.ports();
    const work = (): SessionWork => ({ ports, system, at: new Date() });
    const cookieKey = await ports.platformKeys.cookieKey(system.source);
    const parts = { ports, system, keys, cookieKey, work, records: this.records(system) };
    const provider = new Engine(ports.issuer(), engineConfiguration(parts));
    // Whose headers these are is decided in http.ts, which writes them anew for each request.
    provider.proxy = true;
    useHashedSecrets(provider.Client, (clientId, secret) =>
      compareClientSecret(work(), Engine.ctx, { clientId, secret }),
    );
    useTokenExchange(provider, work);
    useStructuredTokens(provider, work);
    provider.use(finishAnswer);
    provider.use(endWithBrowser(work));
    provider.on('server_error', (_ctx, error) => {
      this.log.error({ err: error }, 'An OAuth endpoint failed');
    });
    return provider;
  }
}
