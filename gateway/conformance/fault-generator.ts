import { type Choices } from './choices';
import { type FaultKind, Faults, type FieldFault, type Outage } from './faults';
import { type ConformanceSupergraph } from './supergraph';

const kinds: readonly FaultKind[] = ['error', 'null', 'nullItem', 'breach'];

/** No fault for half of all operations; else one to three at fields, entities or whole subgraphs. */
export function generateFaults(supergraph: ConformanceSupergraph, choices: Choices): Faults {
  if (!choices.chance(50)) return new Faults();
  const coordinates = supergraph.model.answeredFields();
  const fields = Array.from({ length: 1 + choices.below(3) }, (): FieldFault => {
    const { subgraph, coordinate } = choices.of(coordinates);
    return { subgraph, coordinate, kind: choices.of(kinds), parity: choices.of([null, 0, 1]) };
  });
  const outages: Outage[] = choices.chance(12)
    ? [{ subgraph: choices.of(supergraph.subgraphNames), kind: choices.of(['unreachable', 'refusing']) }]
    : [];
  return new Faults(fields, outages);
}
