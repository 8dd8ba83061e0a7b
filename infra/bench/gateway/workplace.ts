import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeSupergraph } from '../../../gateway';
import { type SubgraphsReady } from './messages';
import { type OwnSettings } from './own/settings';
import { type Policy, guardedSdl, plainSdl, shopSubgraphs } from './shop';
import { createIssuer } from './tokens';

/** So many callers take turns. */
const returningCallers = 500;
/** More than send requests in a run; those that nevertheless return are long forgotten. */
const newCallers = 20_000;

/** Settings but for what only the workplace knows. */
type WantedSettings = Omit<OwnSettings, 'supergraph' | 'ports' | 'collector' | 'issuer'> & {
  readonly policies: readonly Policy[];
};

/** The folder where what the processes read is written. */
export class GatewayWorkplace {
  readonly directory = mkdtempSync(join(tmpdir(), 'sa-bench-gateway-'));
  /** Files with one Authorization a line: of callers who return, and of those who are new. */
  readonly authorizations: readonly [returning: string, newcomers: string];
  /** For gateways without policies. */
  readonly plainSupergraph: string;
  private readonly issuer = createIssuer();

  constructor(private readonly subgraphs: SubgraphsReady) {
    this.authorizations = [
      this.write('returning-callers', this.issuer.bearers(returningCallers).join('\n')),
      this.write('new-callers', this.issuer.bearers(newCallers).join('\n')),
    ];
    this.plainSupergraph = this.write('plain.graphql', this.compose(plainSdl));
  }

  urlOf(subgraph: string): string {
    return `http://127.0.0.1:${String(this.subgraphs.ports[subgraph])}/graphql`;
  }

  /** @returns the file that one of our gateways is started with */
  ownSettings(name: string, { policies, ...given }: WantedSettings): string {
    const sdl = policies.length > 0 ? this.compose((subgraph) => guardedSdl(subgraph, policies)) : null;
    const settings: OwnSettings = {
      ...given,
      supergraph: sdl === null ? this.plainSupergraph : this.write(`${name}.graphql`, sdl),
      ports: this.subgraphs.ports as OwnSettings['ports'],
      collector: `http://127.0.0.1:${String(this.subgraphs.collector)}`,
      issuer: { issuer: this.issuer.issuer, audience: this.issuer.audience, keys: this.issuer.keys },
    };
    return this.write(`${name}.json`, JSON.stringify(settings));
  }

  /** @returns the file that the floor is started with */
  floorSettings(): string {
    return this.write('floor.json', JSON.stringify({ supergraph: this.plainSupergraph, ports: this.subgraphs.ports }));
  }

  write(name: string, text: string): string {
    const file = join(this.directory, name);
    writeFileSync(file, text);
    return file;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private compose(sdlOf: typeof plainSdl): string {
    return composeSupergraph(shopSubgraphs.map((name) => ({ name, url: this.urlOf(name), typeDefs: sdlOf(name) })));
  }
}
