import { type ObjectStore } from '#shared/storage';
import { type PortHost, type RequestContext } from '#shared/subgraph';
import { type SupergraphClient } from '#shared/supergraph';
import { type ClinicalConfig, readClinicalConfig } from './config';

/** What this subgraph needs of the world besides its database. */
export interface ClinicalPorts {
  readonly storage: ObjectStore;
  readonly supergraph: SupergraphClient;
  readonly config: ClinicalConfig;
}

export type ClinicalContext = RequestContext<ClinicalPorts>;

export function clinicalPorts({ storage, supergraph, environment }: PortHost): ClinicalPorts {
  return { storage, supergraph, config: readClinicalConfig(environment) };
}
