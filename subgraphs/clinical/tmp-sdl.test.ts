import { writeFileSync } from 'node:fs';
import { printSubgraphSdl } from '#shared/subgraph';
import { clinical } from '.';
test('sdl', async () => { writeFileSync('subgraphs/clinical/schema.graphql', await printSubgraphSdl(clinical)); });
