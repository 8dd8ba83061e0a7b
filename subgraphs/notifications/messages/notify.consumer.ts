import { defineConsumer } from '#shared/subgraph';
import { acceptNotification } from './notification.service';
import { rulesFor, triggers } from './rules';

/** Turns events into messages to be delivered. Only rows: reading recipients and sending is the worker's. */
export const notify = defineConsumer({
  name: 'notify',
  types: triggers,
  async handle(event, { unit }) {
    for (const rule of rulesFor(event.type)) await acceptNotification(unit, rule, event);
  },
});
