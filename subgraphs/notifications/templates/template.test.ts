import { actorOf, startTestSubgraph, type TestSubgraph } from '#shared/testing';
import { notifications } from '..';
import { Clinic } from '../clinic.fixture';

const save = `mutation ($key: String!, $phi: Boolean!, $channels: JSON!) {
  saveTemplate(key: $key, name: "A template", category: CLINICAL, phi: $phi, channels: $channels) {
    template { id number status variables } userErrors { code path }
  }
}`;
const publish = 'mutation ($id: ID!) { publishTemplate(id: $id) { template { status } userErrors { code allowed } } }';
const words = (channel: string, body = 'Dear {{givenName}}, it is decided.'): object => ({
  ...{ channel, locale: 'en-GB', subject: 'News for {{givenName}}', body },
});

describe('a template', () => {
  let subject: TestSubgraph;
  let clinic: Clinic;

  beforeAll(async () => {
    subject = await startTestSubgraph(notifications);
    clinic = new Clinic(subject);
  });
  afterAll(() => subject.stop());

  interface Saved {
    saveTemplate: {
      template: { id: string; number: number; status: string; variables: string[] } | null;
      userErrors: { code: string }[];
    };
  }
  const saveAs = async (key: string, phi: boolean, ...channels: object[]): Promise<Saved['saveTemplate']> =>
    (await clinic.ask<Saved>(clinic.staff, save, { key, phi, channels })).saveTemplate;
  const publishing = (id: string | undefined): Promise<object> => clinic.ask(clinic.staff, publish, { id });

  test('is a draft until it is published, and then never changes again', async () => {
    const draft = await saveAs('letter', true, words('IN_APP'));
    expect(draft.template).toMatchObject({ number: 1, status: 'DRAFT', variables: ['givenName'] });
    expect((await saveAs('letter', true, words('EMAIL'))).template?.id).toBe(draft.template?.id);
    expect(await publishing(draft.template?.id)).toMatchObject({
      publishTemplate: { template: { status: 'PUBLISHED' } },
    });
    const next = await saveAs('letter', true, words('IN_APP'));
    expect(next.template).toMatchObject({ number: 2, status: 'DRAFT' });
    await publishing(next.template?.id);
    const again = await publishing(draft.template?.id);
    expect(again).toMatchObject({ publishTemplate: { userErrors: [{ code: 'ILLEGAL_TRANSITION', allowed: [] }] } });
  });

  test.each([
    ['about patients for a channel where nothing about them may go', true, words('SMS')],
    ['that names a patient and does not say so', false, words('IN_APP')],
  ])('%s is not published', async (_what, phi, channel) => {
    const { template } = await saveAs(`refused-${String(phi)}`, phi, channel);
    expect(await publishing(template?.id)).toMatchObject({
      publishTemplate: { template: null, userErrors: [{ code: 'BAD_USER_INPUT' }] },
    });
  });

  test.each([
    ['a placeholder that stands for nothing', [words('IN_APP', 'Dear {{diagnosis}}')]],
    ['two texts for one place', [words('IN_APP'), words('IN_APP')]],
    ['a channel that does not exist', [words('PIGEON')]],
  ])('is refused with %s', async (_what, channels) => {
    expect(await saveAs('wrong', true, ...channels)).toMatchObject({
      template: null,
      userErrors: [{ code: 'BAD_USER_INPUT' }],
    });
  });

  test('is not for everybody to change', async () => {
    const reader = actorOf(clinic.organisation, { scopes: ['notifications:templates:read'] });
    const { errors } = await subject.ask(reader, save, { key: 'a-key', phi: false, channels: [] });
    expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
  });
});
