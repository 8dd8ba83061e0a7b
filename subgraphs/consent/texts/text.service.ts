import { type UnitOfWork } from '#shared/database';
import { newId } from '#shared/ids';
import { getConsentTypeByKey } from '../types/type.service';
import { ConsentTextVersion, sha256OfText } from './text.entity';

export interface TextDraft {
  readonly typeKey: string;
  readonly locale: string;
  readonly title: string;
  readonly body: string;
}

export async function draftConsentText(unit: UnitOfWork, draft: TextDraft): Promise<ConsentTextVersion> {
  return unit.transaction(async (tx) => {
    const { id: typeId } = await getConsentTypeByKey(tx, draft.typeKey);
    const { locale, title, body } = draft;
    const number = (await tx.count(ConsentTextVersion, { typeId, locale })) + 1;
    return tx.create(ConsentTextVersion, {
      ...{ id: newId('ctv'), typeId, number, locale, title, body, bodySha256: sha256OfText(body) },
      ...{ status: 'DRAFT', requiresReconsent: false, publishedAt: null },
    });
  });
}

/** Publishes a draft and supersedes the text that was current in its locale. */
export async function publishConsentText(
  unit: UnitOfWork,
  id: string,
  requiresReconsent: boolean,
): Promise<ConsentTextVersion> {
  return unit.transaction(async (tx) => {
    const text = await tx.get(ConsentTextVersion, id);
    const { typeId, locale } = text;
    for (const earlier of await tx.list(ConsentTextVersion, { typeId, locale, status: 'PUBLISHED' })) {
      earlier.status = 'SUPERSEDED';
      await tx.save(earlier);
    }
    text.publish(tx.at, requiresReconsent);
    await tx.save(text);
    const aggregate = { type: 'ConsentTextVersion', id };
    const data = { consentTypeId: typeId, textVersionId: id, requiresReconsent };
    await tx.publish('consent.text.published', { resourceId: id, aggregate, data });
    return text;
  });
}
