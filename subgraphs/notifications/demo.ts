import { type UnitOfWork } from '#shared/database';
import { type DemoContext } from '#shared/subgraph';
import { type NotificationsPorts } from './ports';
import { publishTemplate, saveTemplate, type TemplateDraft } from './templates/template.service';

interface DemoTemplate extends Pick<TemplateDraft, 'key' | 'name' | 'category' | 'phi'> {
  readonly subject: string;
  readonly inApp: string;
  readonly email: string | null;
}

const signOff = '\n\nThis mailbox is not read. Please sign in to answer.';

const templates: readonly DemoTemplate[] = [
  {
    ...{ key: 'case-decided', name: 'Your skin check has been reviewed', category: 'CLINICAL', phi: true },
    subject: 'Your skin check has been reviewed',
    inApp:
      'Dear {{givenName}}, a specialist has reviewed your skin check. Open it to read what was found and what comes next.',
    email: `Dear {{givenName}},\n\na specialist has reviewed your skin check. Please sign in to read what was found and what comes next.${signOff}`,
  },
  {
    ...{ key: 'case-decided-referrer', name: 'A case you referred has been decided', category: 'CLINICAL', phi: true },
    subject: 'A case you referred has been decided',
    inApp: 'The review of a case that you referred is complete. Open the case to read the decision.',
    email: null,
  },
  {
    ...{ key: 'appointment-confirmed', name: 'Your appointment is confirmed', category: 'APPOINTMENT', phi: true },
    subject: 'Your appointment is confirmed',
    inApp: 'Dear {{givenName}}, your appointment on {{appointmentTime}} is confirmed.',
    email: `Dear {{givenName}},\n\nyour appointment on {{appointmentTime}} is confirmed.${signOff}`,
  },
  {
    ...{ key: 'invoice-ready', name: 'Your invoice is ready', category: 'BILLING', phi: true },
    subject: 'Your invoice is ready',
    inApp: 'Dear {{givenName}}, your invoice over {{amount}} is ready.',
    email: `Dear {{givenName}},\n\nyour invoice over {{amount}} is ready. Please sign in to see and pay it.${signOff}`,
  },
  {
    ...{
      key: 'record-opened-in-emergency',
      name: 'Your record was opened in an emergency',
      category: 'CLINICAL',
      phi: true,
    },
    subject: 'Your record was opened in an emergency',
    inApp:
      'Dear {{givenName}}, somebody has opened your record in an emergency. Your access log shows who, when and what they have seen; it will be reviewed.',
    email: null,
  },
];

/** Publishes a template for each rule, in British English. */
export async function seedNotificationsDemo({
  unit,
}: DemoContext<NotificationsPorts>): Promise<{ templateIds: string[] }> {
  const templateIds: string[] = [];
  for (const template of templates) templateIds.push(await publish(unit, template));
  return { templateIds };
}

async function publish(unit: UnitOfWork, { subject, inApp, email, ...facts }: DemoTemplate): Promise<string> {
  const words = { locale: 'en-GB', subject };
  const channels = [
    { ...words, channel: 'IN_APP', body: inApp },
    ...(email === null ? [] : [{ ...words, channel: 'EMAIL', body: email }]),
  ];
  const { id } = await saveTemplate(unit, { ...facts, critical: false, channels });
  await publishTemplate(unit, id);
  return id;
}
