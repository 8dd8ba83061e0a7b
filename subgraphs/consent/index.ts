import { defineSubgraph } from '#shared/subgraph';
import { ConsentAnswer } from './decisions/consent-answer.entity';
import { ConsentDecisionResolver, DecidingRecordResolver } from './decisions/decision.resolver';
import { seedDemo } from './demo';
import { createConsents } from './migrations/1764000100001-create-consents';
import { noteProvisions } from './migrations/1764000100002-note-provisions';
import { ConsentRecord } from './records/record.entity';
import { ConsentRecordResolver } from './records/record.resolver';
import { ConsentTextVersion } from './texts/text.entity';
import { ConsentTextResolver } from './texts/text.resolver';
import { ConsentType } from './types/type.entity';
import { ConsentTypeResolver } from './types/type.resolver';

/** What patients have agreed to, and the decisions that follow from it. */
export const consent = defineSubgraph({
  name: 'consent',
  purpose: 'OPERATIONS',
  resolvers: [
    ...([ConsentTypeResolver, ConsentTextResolver, ConsentRecordResolver] as const),
    ...([ConsentDecisionResolver, DecidingRecordResolver] as const),
  ],
  entities: [ConsentType, ConsentTextVersion, ConsentRecord, ConsentAnswer],
  migrations: [createConsents, noteProvisions],
  references: {
    Patient: ({ id }) => ({ id }),
    ConsentType: ({ id }, { unit }) => unit.find(ConsentType, id),
    ConsentTextVersion: ({ id }, { unit }) => unit.find(ConsentTextVersion, id),
    ConsentRecord: ({ id }, { unit }) => unit.find(ConsentRecord, id),
  },
  ports: () => ({}),
  seedDemo,
});
