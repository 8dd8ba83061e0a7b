import { type Subgraph } from '#shared/subgraph';
import { auth } from '../subgraphs/auth';
import { clinical } from '../subgraphs/clinical';
import { consent } from '../subgraphs/consent';
import { notifications } from '../subgraphs/notifications';
import { payments } from '../subgraphs/payments';
import { reviews } from '../subgraphs/reviews';
import { scheduling } from '../subgraphs/scheduling';

/** Every subgraph there is, for the launchers. Only code under infra/ sees subgraphs and gateway together. */
export const subgraphs: readonly AnySubgraph[] = [
  anySubgraph(auth),
  anySubgraph(consent),
  anySubgraph(clinical),
  anySubgraph(reviews),
  anySubgraph(notifications),
  anySubgraph(scheduling),
  anySubgraph(payments),
];

/** A subgraph whose ports are its own affair: it is only ever started with what it makes itself. */
export type AnySubgraph = Subgraph;

function anySubgraph<Ports>(subgraph: Subgraph<Ports>): AnySubgraph {
  return subgraph as unknown as AnySubgraph;
}
