import { SmtpServer, startTestSubgraph, type TestSubgraph } from '#shared/testing';
import { notifications } from '.';
import { Clinic, patientWith, supergraph } from './clinic.fixture';

describe('mail by SMTP', () => {
  let server: SmtpServer;
  let subject: TestSubgraph;
  let clinic: Clinic;
  let answer = supergraph;

  beforeAll(async () => {
    server = await SmtpServer.start();
    const environment = {
      SMTP_URL: `smtp://127.0.0.1:${server.port}`,
      NOTIFICATION_RETRY_BASE_MS: '20',
      NOTIFICATION_LEASE_MS: '1000',
    };
    subject = await startTestSubgraph(notifications, { supergraph: (...asked) => answer(...asked), environment });
    clinic = new Clinic(subject);
    await clinic.seed();
  });
  afterAll(async () => {
    await subject.stop();
    server.stop();
  });

  test('is tried again while the server is down, and sent once when it is back', async () => {
    server.mode = 'down';
    const patientId = patientWith();
    await clinic.decide(patientId);
    const failed = await subject.until('a failed attempt', async () => {
      const [told] = await clinic.told(patientId);
      return told?.deliveries.find(({ channel, attempt }) => channel === 'EMAIL' && attempt > 1);
    });
    expect(failed.error).toBe('MAILER_UNAVAILABLE');
    server.mode = 'up';
    const [told] = await clinic.settled(patientId);
    const mail = told?.deliveries.find(({ channel }) => channel === 'EMAIL');
    expect(mail).toMatchObject({ status: 'SENT', error: null });
    expect(server.mails.filter((text) => text.includes(`Message-ID: ${mail?.providerMessageId}`))).toHaveLength(1);
  });

  test('keeps its Message-ID when it has to be sent again, so that the repetition can be told', async () => {
    server.mode = 'forgetful';
    const patientId = patientWith();
    await clinic.decide(patientId);
    const sentTo = (): string[] => server.mails.filter((text) => text.includes(`To: ${patientId}@`));
    await subject.until('a repetition', () => sentTo().length > 1);
    server.mode = 'up';
    await clinic.settled(patientId);
    const ids = sentTo().map((text) => /^Message-ID: (.*)$/m.exec(text)?.[1]);
    expect(new Set(ids).size).toBe(1);
  });

  test('is taken up by another worker when the first fell over in the middle', async () => {
    server.mode = 'up';
    let isBroken = true;
    answer = (...asked) => (isBroken ? { patient: 'nonsense' } : supergraph(...asked));
    const patientId = patientWith();
    await clinic.decide(patientId);
    await subject.until('a claim', async () =>
      (await clinic.told(patientId))[0]?.deliveries.every(({ status }) => status === 'SENDING'),
    );
    isBroken = false;
    const [told] = await clinic.settled(patientId);
    expect(told?.deliveries).toMatchObject([{ attempt: 1 }, { attempt: 1 }]);
    expect(told?.status).toBe('DELIVERED');
  });

  test('is given up at once for an address that the server does not know', async () => {
    server.mode = 'unknown-address';
    const patientId = patientWith();
    await clinic.decide(patientId);
    const [told] = await clinic.settled(patientId);
    expect(told?.deliveries.find(({ channel }) => channel === 'EMAIL')).toMatchObject({
      status: 'DEAD',
      attempt: 1,
      error: 'MAIL_REFUSED',
    });
    const event = await subject.until('the event', () =>
      subject.events.find(({ resourceId }) => resourceId === told?.id),
    );
    expect(event.type).toBe('notifications.notification.accepted');
  });

  test('is given up after five attempts', async () => {
    server.mode = 'down';
    const patientId = patientWith();
    await clinic.decide(patientId);
    const [told] = await clinic.settled(patientId);
    expect(told).toMatchObject({ status: 'PARTIALLY_DELIVERED' });
    expect(told?.deliveries.find(({ channel }) => channel === 'EMAIL')).toMatchObject({ status: 'DEAD', attempt: 5 });
  });
});
