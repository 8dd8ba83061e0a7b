import { type FastifyRequest } from 'fastify';
import { type Actor } from '#shared/auth';
import { newCorrelationId } from '#shared/context';
import { type RequestRecord } from '../observability';

/** What the gateway knows about one HTTP request before it looks into it. */
export interface Caller {
  readonly actor: Actor | null;
  /** The network address that the request comes from. */
  readonly address: string;
  readonly correlationId: string;
  /** For log, metrics and trace. An object of its own: Apollo Server works on a copy of its context. */
  readonly record: RequestRecord;
}

const callers = new WeakMap<FastifyRequest, Caller>();
const correlationIdPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{7,63}$/;

/** The caller's own correlation id when it is well-formed (it is written to logs and headers), a fresh one otherwise. */
export function readCorrelationId(header: string | string[] | undefined): string {
  return typeof header === 'string' && correlationIdPattern.test(header) ? header : newCorrelationId();
}

export function setCaller(request: FastifyRequest, caller: Caller): void {
  callers.set(request, caller);
}

export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  if (!caller) throw new Error("The request has not passed the gateway's first hook");
  return caller;
}
