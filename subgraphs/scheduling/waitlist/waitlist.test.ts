import { type EventDataOf } from '#shared/events';
import { newId } from '#shared/ids';
import { Clinic, dayMs } from '../scheduling.fixture';

describe('the waiting list', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await Clinic.open();
  });
  afterAll(() => clinic.close());

  const decided = (data: Partial<EventDataOf<'reviews.decision.final'>>): EventDataOf<'reviews.decision.final'> => ({
    ...{ patientId: newId('pat'), caseId: newId('case'), management: 'BIOPSY', decidedBy: 'HUMAN' },
    ...{ overallClass: 'MELANOMA', malignancy: 'MALIGNANT', reviewId: null, aiReviewId: null },
    ...data,
  });
  const waitlist = async (
    caseId: string,
  ): Promise<{ status: string; earliest: string; latest: string; serviceType: { key: string } | null }[]> => {
    const query =
      'query ($caseId: ID!) { waitlist(caseId: $caseId) { nodes { status earliest latest serviceType { key } } } }';
    const { waitlist: found } = await clinic.ask<{ waitlist: { nodes: never[] } }>(clinic.desk, query, { caseId });
    return found.nodes;
  };

  test('puts a patient who needs a biopsy on the waiting list once, and takes them off when it is booked', async () => {
    const data = decided({ management: 'BIOPSY' });
    const { caseId, patientId } = data;
    const event = { organisation: clinic.organisation, resourceId: caseId, data, id: newId('evt') };
    await clinic.subject.deliver('reviews.decision.final', event);
    await clinic.subject.deliver('reviews.decision.final', event);
    const [entry, ...others] = await clinic.subject.until('the entry', async () => {
      const found = await waitlist(caseId);
      return found.length > 0 && found;
    });
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ status: 'WAITING', serviceType: { key: 'skin-biopsy' } });
    expect(Date.parse(entry!.latest) - Date.parse(entry!.earliest)).toBe(14 * dayMs);
    await clinic.subject.until('the announcement', () =>
      clinic.subject.events.find(
        ({ type, data: of }) => type === 'scheduling.waitlist.added' && of['caseId'] === caseId,
      ),
    );
    // A booking for the same case, but for somebody else, does not end the waiting.
    await clinic.bookSome({ caseId });
    expect(await waitlist(caseId)).toMatchObject([{ status: 'WAITING' }]);
    const mine = await clinic.bookSome({ caseId, patientId });
    expect(await waitlist(caseId)).toMatchObject([{ status: 'ACCEPTED' }]);
    const entities =
      'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Case { appointments { id } } } }';
    const answer = await clinic.ask<{ _entities: { appointments: { id: string }[] }[] }>(clinic.desk, entities, {
      representations: [{ __typename: 'Case', id: caseId }],
    });
    expect(answer._entities[0]!.appointments.map(({ id }) => id)).toContain(mine.id);
  });

  test('puts nobody on the waiting list who is discharged, and lets a newer decision replace an older one', async () => {
    const data = decided({ management: 'ROUTINE_REFERRAL', malignancy: 'BENIGN' });
    const { caseId } = data;
    await clinic.subject.deliver('reviews.decision.final', {
      organisation: clinic.organisation,
      resourceId: caseId,
      data,
    });
    await clinic.subject.until('the entry', async () => (await waitlist(caseId)).length === 1);
    await clinic.subject.deliver('reviews.decision.final', {
      organisation: clinic.organisation,
      resourceId: caseId,
      data: { ...data, management: 'DISCHARGE_WITH_ADVICE' },
    });
    await clinic.subject.until('the removal', async () => (await waitlist(caseId))[0]!.status === 'REMOVED');
    expect(await waitlist(caseId)).toHaveLength(1);
  });
});
