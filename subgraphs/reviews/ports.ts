import { type PortHost } from '#shared/subgraph';
import { dermProvider } from './ai-reviews/derm-provider';
import { type AiProvider } from './ai-reviews/provider';
import { caseReader, type CaseReader } from './cases/case.reader';
import { readReviewsConfig, type ReviewTimings } from './config';

/** What the reviews subgraph needs of the world. */
export interface ReviewsPorts {
  /** Null when none is configured. */
  readonly ai: AiProvider | null;
  readonly cases: CaseReader;
  readonly timings: ReviewTimings;
}

/** Chooses the adapters by the environment. */
export function reviewsPorts({ environment, supergraph, publicUrl }: PortHost): ReviewsPorts {
  const { derm, timings } = readReviewsConfig(environment);
  return { ai: derm && dermProvider(derm, publicUrl), cases: caseReader(supergraph), timings };
}
