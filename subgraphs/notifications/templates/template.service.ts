import { z } from 'zod';
import { isUniqueViolation, type UnitOfWork } from '#shared/database';
import { ConflictError, InputError } from '#shared/errors';
import { newId } from '#shared/ids';
import { channels, type NotificationCategory } from '../channels';
import { refusalToPublish } from './phi-channel.policy';
import { type ChannelTemplate, Template } from './template.entity';
import { isTemplateVariable, placeholdersIn, templateVariables } from './variables';

export interface TemplateDraft {
  readonly key: string;
  readonly name: string;
  readonly category: NotificationCategory;
  readonly phi: boolean;
  readonly critical: boolean;
  /** `[{ channel, locale, subject, body }]`, as the client sent it. */
  readonly channels: unknown;
}

const keyPattern = /^[a-z][a-z0-9-]{1,62}$/;

const channelsSchema = z
  .array(
    z.strictObject({
      channel: z.enum(channels),
      locale: z.string().regex(/^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$/),
      subject: z.string().min(1).max(200).nullable().default(null),
      body: z.string().min(1).max(20_000),
    }),
  )
  .min(1)
  .max(50);

/**
 * Stores the draft of a template: makes it, or changes the draft that there is.
 * @throws {DomainError} BAD_USER_INPUT for a malformed key or channels, or a placeholder that stands for nothing.
 */
export async function saveTemplate(unit: UnitOfWork, draft: TemplateDraft): Promise<Template> {
  if (!keyPattern.test(draft.key)) {
    throw new InputError('A key is 2 to 63 lower-case letters, digits and hyphens', ['key']);
  }
  const words = { ...draft, channels: parseChannels(draft.channels) };
  try {
    return await unit.transaction((tx) => storeDraft(tx, words));
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new ConflictError('Somebody else has begun a draft of this template just now');
  }
}

/**
 * Puts a draft in the place of the template that was in force.
 * @throws {DomainError} ILLEGAL_TRANSITION unless it is a draft; BAD_USER_INPUT when it would send PHI where none may go.
 */
export async function publishTemplate(unit: UnitOfWork, id: string): Promise<Template> {
  return unit.transaction(async (tx) => {
    const template = await tx.get(Template, id);
    template.publish();
    const refusal = refusalToPublish(template);
    if (refusal !== null) throw new InputError(refusal, ['id']);
    for (const earlier of await tx.list(Template, { key: template.key, status: 'PUBLISHED' })) {
      earlier.archive();
      await tx.save(earlier);
    }
    return tx.save(template);
  });
}

type Words = Omit<TemplateDraft, 'channels'> & { readonly channels: ChannelTemplate[] };

async function storeDraft(
  tx: UnitOfWork,
  { key, name, category, phi, critical, channels: words }: Words,
): Promise<Template> {
  const [latest] = await tx.list(Template, { key }, { order: { number: 'DESC' }, take: 1 });
  const values = { name, category, phi, critical, channels: words };
  if (latest?.status === 'DRAFT') return tx.save(Object.assign(latest, values));
  return tx.create(Template, {
    ...{ id: newId('tpl'), key, number: (latest?.number ?? 0) + 1, status: 'DRAFT' },
    ...values,
  });
}

function parseChannels(given: unknown): ChannelTemplate[] {
  const result = channelsSchema.safeParse(given);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new InputError(`A list of { channel, locale, subject, body } was expected: ${issue?.message ?? ''}`, [
      'channels',
      ...(issue?.path.map(String) ?? []),
    ]);
  }
  assertDistinct(result.data);
  for (const { subject, body } of result.data) assertKnownPlaceholders(`${subject ?? ''} ${body}`);
  return result.data;
}

function assertDistinct(words: readonly ChannelTemplate[]): void {
  const places = words.map(({ channel, locale }) => `${channel} ${locale}`);
  const twice = places.find((place, index) => places.indexOf(place) !== index);
  if (twice !== undefined) throw new InputError(`There are two texts for ${twice}`, ['channels']);
}

function assertKnownPlaceholders(text: string): void {
  if (placeholdersIn(text).every(isTemplateVariable)) return;
  const known = templateVariables.map((name) => `{{${name}}}`);
  throw new InputError(`The only placeholders are ${known.join(', ')}`, ['channels']);
}
