import { type Actor } from '#shared/auth';
import { newId } from '#shared/ids';
import { type KeptMail } from '#shared/mail';
import { describeContract, startTestSubgraph, testOrganisation, type TestSubgraph } from '#shared/testing';
import { notifications } from '.';
import { Clinic, patientWith, people, supergraph } from './clinic.fixture';

describeContract(notifications);

const mark = `mutation ($ids: [ID!], $all: Boolean! = false, $read: Boolean, $archived: Boolean) {
  markInbox(ids: $ids, all: $all, read: $read, archived: $archived) { item { id readAt } items { id } userErrors { code } }
}`;

describe('notifications', () => {
  let subject: TestSubgraph;
  let clinic: Clinic;

  beforeAll(async () => {
    const [worker] = notifications.workers ?? [];
    // As many processes would: three loops after the same rows.
    subject = await startTestSubgraph({ ...notifications, workers: [worker!, worker!, worker!] }, { supergraph });
    clinic = new Clinic(subject);
    await clinic.seed();
  });
  afterAll(async () => {
    await subject.stop();
  });

  const mailsTo = (patientId: string): KeptMail[] =>
    (subject.mailbox?.list() ?? []).filter(({ to }) => to === people.get(patientId)?.email);

  test('tells the patient once in the app and once by mail, although the event comes twice and three workers are at it', async () => {
    const patientId = patientWith();
    const { id, resourceId } = await clinic.decide(patientId);
    const [told] = await clinic.settled(patientId);
    await clinic.decide(patientId, { id });
    expect(await clinic.told(patientId)).toHaveLength(1);
    expect(told).toMatchObject({
      status: 'DELIVERED',
      template: { key: 'case-decided' },
      recipientPatient: { id: patientId },
    });
    const mail = told?.deliveries.find(({ channel }) => channel === 'EMAIL');
    expect(mail).toMatchObject({ status: 'DELIVERED', addressHint: 'p…@c….example', attempt: 1 });
    const mails = mailsTo(patientId);
    expect(mails).toMatchObject([{ messageId: mail?.providerMessageId, subject: 'Your skin check has been reviewed' }]);
    expect(mails[0]?.text).toContain('Dear CANARYGIVEN,');
    const { unreadCount, inbox } = await clinic.inboxOf(clinic.reader([patientId]));
    expect(unreadCount).toBe(1);
    expect(inbox.nodes).toMatchObject([
      { about: resourceId, title: 'Your skin check has been reviewed', severity: 'HIGH' },
    ]);
    expect(inbox.nodes[0]?.body).toContain('Dear CANARYGIVEN');
  });

  test('tells many patients at once, each of them once', async () => {
    const patientIds = Array.from({ length: 20 }, () => patientWith());
    await Promise.all(patientIds.map((patientId) => clinic.decide(patientId)));
    const told = (patientId: unknown): boolean => patientIds.includes(String(patientId));
    await subject.until('all deliveries', () => {
      const delivered = subject.events.filter(({ type }) => type === 'notifications.notification.delivered');
      return delivered.filter(({ data }) => told(data['patientId'])).length === 40;
    });
    const counts = await Promise.all(patientIds.map(async (patientId) => mailsTo(patientId).length));
    expect(counts).toEqual(patientIds.map(() => 1));
    const inbox = await clinic.inboxOf(clinic.reader(patientIds));
    expect(inbox.inbox.totalCount).toBe(20);
  });

  test('keeps the mail back without consent to it; the app still tells', async () => {
    const patientId = patientWith({ permitted: false });
    await clinic.decide(patientId);
    const [told] = await clinic.settled(patientId);
    expect(told?.status).toBe('PARTIALLY_DELIVERED');
    expect(told?.deliveries.find(({ channel }) => channel === 'EMAIL')).toMatchObject({
      status: 'SUPPRESSED',
      suppressedBy: 'NO_CONSENT',
    });
    expect(mailsTo(patientId)).toEqual([]);
    expect((await clinic.inboxOf(clinic.reader([patientId]))).unreadCount).toBe(1);
  });

  test('keeps everything back when the patient has been erased, and the mail when there is no address', async () => {
    const [erased, unreachable] = [newId('pat'), patientWith({ email: null })];
    await Promise.all([clinic.decide(erased), clinic.decide(unreachable)]);
    const [gone] = await clinic.settled(erased);
    expect(gone).toMatchObject({ status: 'SUPPRESSED' });
    expect(gone?.deliveries.map(({ suppressedBy }) => suppressedBy)).toEqual(['ERASED_SUBJECT', 'ERASED_SUBJECT']);
    const [told] = await clinic.settled(unreachable);
    expect(told?.deliveries.map(({ suppressedBy }) => suppressedBy).sort()).toEqual(['NO_ADDRESS', null]);
  });

  test('tells the referrer in the app, in an inbox that nobody else reads', async () => {
    const referrer = clinic.reader();
    const patientId = patientWith();
    const { resourceId } = await clinic.decide(patientId, { referrerUserId: referrer.userId ?? '' });
    await subject.until('the item', async () => (await clinic.inboxOf(referrer)).unreadCount === 1);
    expect((await clinic.inboxOf(referrer)).inbox.nodes).toMatchObject([
      { about: resourceId, title: 'A case you referred has been decided' },
    ]);
    expect((await clinic.inboxOf(clinic.reader())).inbox.nodes).toEqual([]);
    await expect(clinic.inboxOf(clinic.reader(), referrer.userId)).rejects.toThrow('FORBIDDEN');
  });

  test('writes times and amounts as people in that region do', async () => {
    const patientId = patientWith();
    const { organisation } = clinic;
    const appointmentId = newId('apt');
    await subject.deliver('scheduling.appointment.confirmed', {
      ...{ organisation, resourceId: appointmentId },
      data: {
        ...{ appointmentId, patientId, caseId: null, practitionerId: null, startsAt: '2026-07-01T08:30:00.000Z' },
        ...{ serviceTypeKey: 'FOLLOW_UP', priceCode: null },
      },
    });
    const invoiceId = newId('inv');
    const data = { invoiceId, patientId, caseId: null, amountMinor: 12_050, currency: 'GBP' };
    await subject.deliver('payments.invoice.finalized', { organisation, resourceId: invoiceId, data });
    await clinic.settled(patientId, 2);
    const texts = mailsTo(patientId)
      .map(({ text }) => text)
      .join();
    expect(texts).toMatch(/1 July 2026.*09:30/);
    expect(texts).toContain('£120.50');
  });

  test('does not exist for another organisation', async () => {
    const patientId = patientWith();
    await clinic.decide(patientId);
    const [told] = await clinic.settled(patientId);
    const stranger: Actor = { ...clinic.staff, organisationId: testOrganisation().organisationId };
    expect(await clinic.told(patientId, stranger)).toEqual([]);
    const one =
      'query ($id: ID!) { notification(id: $id) { id } notifications { nodes { id } } templates { nodes { id } } }';
    expect(await clinic.ask(stranger, one, { id: told?.id })).toEqual({
      ...{ notification: null, notifications: { nodes: [] }, templates: { nodes: [] } },
    });
    const thief: Actor = { ...clinic.reader([patientId]), organisationId: stranger.organisationId };
    expect((await clinic.inboxOf(thief)).inbox.nodes).toEqual([]);
  });

  test('marks only what is one’s own, and keeps the time of the first reading', async () => {
    const [mine, other] = [patientWith(), patientWith()];
    await Promise.all([clinic.decide(mine), clinic.decide(other)]);
    await Promise.all([clinic.settled(mine), clinic.settled(other)]);
    const [me, they] = [clinic.reader([mine]), clinic.reader([other])];
    const [item] = (await clinic.inboxOf(me)).inbox.nodes;
    const [theirs] = (await clinic.inboxOf(they)).inbox.nodes;
    const refused = await clinic.ask(me, mark, { ids: [item?.id, theirs?.id], read: true });
    expect(refused).toEqual({ markInbox: { item: null, items: null, userErrors: [{ code: 'NOT_FOUND' }] } });
    interface Marked {
      markInbox: { item: { id: string; readAt: string }; items: object[] };
    }
    const first = await clinic.ask<Marked>(me, mark, { all: true, read: true });
    expect(first.markInbox).toMatchObject({ item: { id: item?.id }, items: [{ id: item?.id }] });
    const again = await clinic.ask<Marked>(me, mark, { ids: [item?.id], read: true });
    expect(again.markInbox.item.readAt).toBe(first.markInbox.item.readAt);
    expect((await clinic.inboxOf(me)).unreadCount).toBe(0);
    expect((await clinic.inboxOf(they)).unreadCount).toBe(1);
    await clinic.ask(me, mark, { ids: [item?.id], archived: true });
    expect((await clinic.inboxOf(me)).inbox.totalCount).toBe(0);
    expect(await clinic.ask(me, mark, { ids: ['usr_1'], read: true })).toMatchObject({
      markInbox: { userErrors: [{ code: 'INVALID_ID' }] },
    });
  });

  test('announces an item to its recipient alone', async () => {
    const patientId = patientWith();
    await clinic.decide(patientId);
    await clinic.settled(patientId);
    const event = await subject.until('the event', () =>
      subject.events.find(
        ({ type, data }) => type === 'notifications.inbox_item.added' && data['patientId'] === patientId,
      ),
    );
    const watch = (actor: Actor): Promise<unknown> =>
      Promise.all([
        subject.ask(actor, 'subscription { inboxItemAdded { id title } }', {}, event),
        subject.ask(actor, 'subscription { unreadCountChanged }', {}, event),
      ]);
    const own = { id: event.resourceId, title: 'Your skin check has been reviewed' };
    expect(await watch(clinic.reader([patientId]))).toMatchObject([
      { data: { inboxItemAdded: own } },
      { data: { unreadCountChanged: 1 } },
    ]);
    expect(await watch(clinic.reader([patientWith()]))).toMatchObject([
      { data: { inboxItemAdded: null } },
      { data: { unreadCountChanged: null } },
    ]);
  });

  test('keeps names and addresses out of every table and every event', async () => {
    const patientId = patientWith();
    await clinic.decide(patientId);
    await clinic.settled(patientId);
    const { system } = subject.running.database;
    const isMysql = system.options.type === 'mysql';
    const list = isMysql
      ? "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'"
      : "SELECT name FROM sqlite_master WHERE type = 'table'";
    const tables = (await system.query<{ name: string }[]>(list)).map(({ name }) => name);
    expect(tables).toEqual(
      expect.arrayContaining(['notifications', 'notification_deliveries', 'inbox_items', 'entity_history', 'outbox']),
    );
    const quote = isMysql ? '`' : '"';
    for (const table of tables) {
      const rows = JSON.stringify(await system.query(`SELECT * FROM ${quote}${table}${quote}`));
      expect(rows).not.toMatch(/CANARYGIVEN|canary\.example/);
    }
    expect(JSON.stringify(subject.events)).not.toMatch(/CANARYGIVEN|canary\.example/);
  });
});
