import { type Logger } from '#shared/logging';
import { type Subgraphs } from '../transport';
import { type ConsentConfig } from './consent-config';
import { ConsentDecisions, type ConsentDecisionsOptions, type ConsentEvents } from './consent-decisions';
import { noConsentSource } from './consent-source';
import { graphqlConsentSource } from './graphql-consent-source';

interface OpenConsentOptions {
  /** Null: nobody decides, and protected fields stay closed. */
  readonly config: ConsentConfig | null;
  readonly subgraphs: Pick<Subgraphs, 'execute'>;
  readonly events: ConsentEvents | null;
  readonly log: Logger;
  readonly onRefused?: ConsentDecisionsOptions['onRefused'];
}

/** The decisions of one gateway. `stop` ends its listening. */
export function openConsent({ config, subgraphs, events, log, onRefused }: OpenConsentOptions): ConsentDecisions {
  return new ConsentDecisions({
    source: config ? graphqlConsentSource(config, subgraphs) : noConsentSource,
    events,
    invalidatedBy: config?.invalidatedBy ?? [],
    log,
    ...(onRefused && { onRefused }),
  });
}
