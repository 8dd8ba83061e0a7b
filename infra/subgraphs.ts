import { type Subgraph } from '#shared/subgraph';
import { auth } from '../subgraphs/auth';
import { clinical } from '../subgraphs/clinical';
import { consent } from '../subgraphs/consent';

/** Every subgraph there is, for the launchers. Only code under infra/ sees subgraphs and gateway together. */
export const subgraphs: readonly Subgraph<never>[] = [auth, consent, clinical] as readonly Subgraph<never>[];
