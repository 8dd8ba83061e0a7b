import { defineConsumer } from '#shared/subgraph';
import { addToWaitlist } from './waitlist.service';

/** A decision that asks for an appointment puts the patient on the waiting list. */
export const waitlistConsumer = defineConsumer({
  name: 'waitlist',
  types: ['reviews.decision.final'],
  handle: (event, { unit }) => addToWaitlist(unit, event),
});
