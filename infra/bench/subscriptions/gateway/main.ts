import 'reflect-metadata';
import { once } from 'node:events';
import { createTokenVerifier, generateInternalKeys, verifyActorContext } from '#shared/auth';
import { type PlatformEvent, inProcessTransport as inProcessEvents } from '#shared/events';
import { newId } from '#shared/ids';
import { silentLogger } from '#shared/logging';
import {
  composeSupergraph,
  createGateway,
  defaultGatewayConfig,
  inProcessTransport,
  loadSupergraph,
  tailOf,
} from '../../../../gateway';
import { type AnnounceOrder, type Announced, type GatewayReady, gatewayOrderSchema } from '../messages';
import { answerOf, typeDefs } from './ward';

async function main(): Promise<void> {
  const started = once(process, 'message');
  const order = gatewayOrderSchema.parse((await started)[0]);
  const internal = generateInternalKeys(['gateway']);
  const events = inProcessEvents();
  const names = ['clinical', 'reviews'] as const;
  const services = names.map((name) => ({ name, url: `in-process:${name}`, typeDefs: typeDefs[name] }));
  const gateway = await createGateway({
    supergraph: loadSupergraph(composeSupergraph(services)),
    transports: new Map(
      names.map((name) => [name, inProcessTransport((request) => Promise.resolve(answerOf(request)))]),
    ),
    verifyToken: createTokenVerifier(order),
    verifyService: (token) => verifyActorContext(internal.keys, token, 'gateway'),
    events: tailOf(events),
    log: silentLogger,
    config: { ...defaultGatewayConfig, port: 0 },
  });
  const ready: GatewayReady = { kind: 'ready', port: Number(new URL(await gateway.listen()).port) };
  process.send?.(ready);
  process.on('message', ({ caseId }: AnnounceOrder) => {
    const announced: Announced = { kind: 'announced', at: String(process.hrtime.bigint()) };
    void events.publish([eventOf(caseId)]).then(() => process.send?.(announced));
  });
  process.on('disconnect', () => process.exit());
}

function eventOf(caseId: string): PlatformEvent {
  return {
    id: newId('evt'),
    type: 'clinical.case.updated',
    version: 1,
    organisationId: 'org_bench',
    region: 'UK',
    resourceId: caseId,
    aggregate: { type: 'Case', id: caseId },
    actor: { clientId: null, userId: null, subject: 'service:bench' },
    occurredAt: new Date().toISOString(),
    correlationId: newId('evt'),
    causationId: null,
    data: {},
  };
}

void main();
