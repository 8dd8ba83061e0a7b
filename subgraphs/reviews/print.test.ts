import { writeFileSync } from 'node:fs';
import { printSubgraphSdl } from '#shared/subgraph';
import { reviews } from '.';
test('print', async () => { writeFileSync('subgraphs/reviews/schema.graphql', await printSubgraphSdl(reviews)); });
