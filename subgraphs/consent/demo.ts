import { type DemoContext } from '#shared/subgraph';
import { draftConsentText, publishConsentText } from './texts/text.service';
import { createConsentType } from './types/type.service';
import { type CreateConsentTypeInput } from './types/type.types';

type DemoType = Omit<CreateConsentTypeInput, 'idempotencyKey'> & { readonly body: string };

const demoTypes: readonly DemoType[] = [
  {
    ...{ key: 'direct-care', name: 'Care', description: 'Looking after you', purpose: 'DIRECT_CARE', required: true },
    ...{ legalBasis: 'GDPR_9_2_H_HEALTH_CARE', dataCategories: ['DIRECT_IDENTIFIER', 'CLINICAL'] },
    body: 'We keep a record of your care. Only people who look after you may read it, and you can see who did.',
  },
  {
    ...{
      key: 'photography',
      name: 'Photographs',
      description: 'Pictures of your skin',
      purpose: 'PHOTOGRAPHY',
      required: true,
    },
    ...{ legalBasis: 'GDPR_9_2_A_EXPLICIT_CONSENT', dataCategories: ['IMAGE'] },
    body: 'We take pictures of your skin so that a specialist can look at them. They are stored encrypted with your record.',
  },
  {
    ...{
      key: 'ai-analysis',
      name: 'Analysis by software',
      description: 'A computer looks at your pictures',
      purpose: 'AI_ANALYSIS',
    },
    ...{ legalBasis: 'GDPR_9_2_A_EXPLICIT_CONSENT', dataCategories: ['IMAGE', 'CLINICAL'], required: false },
    body: 'A computer program may look at your pictures and suggest what they show. If you say no, a person does it alone.',
  },
  {
    ...{
      key: 'email-contact',
      name: 'E-mail',
      description: 'Messages about your care by e-mail',
      purpose: 'EMAIL_CONTACT',
    },
    ...{ legalBasis: 'GDPR_6_1_A_CONSENT', dataCategories: ['DIRECT_IDENTIFIER', 'CLINICAL'], required: false },
    body: 'We may write to you by e-mail about your results and appointments. E-mail can be read by others on its way.',
  },
];

/** The consents that the skin pathway asks for, each with a published British English text. */
export async function seedDemo({ unit }: DemoContext<unknown>): Promise<Record<string, unknown>> {
  for (const { body, ...type } of demoTypes) {
    await createConsentType(unit, { ...type, idempotencyKey: `demo-${type.key}` });
    const { id } = await draftConsentText(unit, { typeKey: type.key, locale: 'en-GB', title: type.name, body });
    await publishConsentText(unit, id, false);
  }
  return { consentTypes: demoTypes.map(({ key }) => key) };
}
