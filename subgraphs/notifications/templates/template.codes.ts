import { enumOf } from '#shared/graphql';
import { type Machine } from '../machine';

export const templateStatuses = ['DRAFT', 'PUBLISHED', 'ARCHIVED'] as const;
export type TemplateStatus = (typeof templateStatuses)[number];
export const TemplateStatusEnum = enumOf('TemplateStatus', templateStatuses);

export const templateMachine: Machine<TemplateStatus, 'publish' | 'archive'> = {
  DRAFT: { publish: 'PUBLISHED' },
  PUBLISHED: { archive: 'ARCHIVED' },
  ARCHIVED: {},
};
