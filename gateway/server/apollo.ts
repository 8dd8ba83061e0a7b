import {
  ApolloServer,
  type ApolloServerOptionsWithGateway,
  type ApolloServerPlugin,
  type BaseContext,
} from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import {
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError, OperationTypeNode } from 'graphql';
import { formatError } from '#shared/errors';
import { type Logger } from '#shared/logging';
import { noteErrors, noteOperation } from '../observability';
import { type PreparedOperation } from '../operations';
import { type Caller } from './caller';
import { type GatewayConfig } from './gateway-options';
import { type Generation } from './generation';
import { withCorrelationId } from './request-error';

type ApolloGateway = ApolloServerOptionsWithGateway<BaseContext>['gateway'];
type ApolloExecutor = NonNullable<Awaited<ReturnType<ApolloGateway['load']>>['executor']>;

interface ApolloOptions {
  readonly current: () => Generation;
  readonly introspection: GatewayConfig['introspection'];
  readonly log: Logger;
  readonly plugins: readonly ApolloServerPlugin<Caller>[];
}

/** Apollo Server as the front of our own executor: it parses, validates and writes the answer. */
export function createApollo(options: ApolloOptions): ApolloServer<Caller> {
  const { log, plugins } = options;
  return new ApolloServer<Caller>({
    gateway: gatewayOf(options),
    // Whether a caller may ask for the schema depends on the caller: see `assertMayRun`.
    introspection: true,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: true,
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    stopOnTerminationSignals: false,
    nodeEnv: 'production',
    logger: loggerOf(log),
    formatError: formatError((err) => {
      log.error({ err }, 'A request failed unexpectedly');
    }),
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      observer(),
      ...plugins,
    ],
  });
}

/** No SDL is handed over: Apollo Server wants it for reports to its vendor only. */
function gatewayOf(options: ApolloOptions): ApolloGateway {
  let notify: Parameters<ApolloGateway['onSchemaLoadOrUpdate']>[0] | null = null;
  return {
    onSchemaLoadOrUpdate: (callback) => {
      notify = callback;
      return () => {
        notify = null;
      };
    },
    load: () => {
      notify?.({ apiSchema: options.current().supergraph.schema, coreSupergraphSdl: '' });
      return Promise.resolve({ executor: executorOf(options) });
    },
    stop: () => Promise.resolve(),
  };
}

function executorOf({ current, introspection }: ApolloOptions): ApolloExecutor {
  return async ({ source, document, request, context }) => {
    const { actor, correlationId, record } = context as Caller;
    const { operations } = current();
    const prepared = operations.prepare({ source, operationName: request.operationName ?? null }, () => document);
    assertMayRun(prepared, introspection === 'always' || (introspection === 'token' && actor !== null));
    const result = await operations.execute(prepared, {
      ...{ actor, correlationId, span: record.span },
      variables: request.variables ?? {},
    });
    return result as Awaited<ReturnType<ApolloExecutor>>;
  };
}

function assertMayRun({ operation, asksForSchema }: PreparedOperation, mayReadSchema: boolean): void {
  if (operation.operation === OperationTypeNode.SUBSCRIPTION)
    throw badRequest('BAD_REQUEST', 'Subscriptions need a WebSocket');
  if (asksForSchema && !mayReadSchema) throw badRequest('GRAPHQL_VALIDATION_FAILED', 'Introspection is not allowed');
}

function badRequest(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status: 400 } } });
}

/** Writes down what is answered, and writes the correlation id into every error. */
function observer(): ApolloServerPlugin<Caller> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation: ({ contextValue, queryHash, operation }) => {
          if (operation) noteOperation(contextValue.record, { hash: queryHash, operation });
          return Promise.resolve();
        },
        willSendResponse: ({ response, contextValue }) => {
          if (response.body.kind === 'single') {
            const { singleResult } = response.body;
            const errors = singleResult.errors?.map((error) => withCorrelationId(error, contextValue.correlationId));
            if (errors) singleResult.errors = errors;
            noteErrors(contextValue.record, errors);
          }
          return Promise.resolve();
        },
      }),
  };
}

function loggerOf(log: Logger): NonNullable<ApolloServerOptionsWithGateway<BaseContext>['logger']> {
  const forward = (level: 'debug' | 'info' | 'warn' | 'error') => (message?: unknown) => {
    log[level]({}, String(message));
  };
  return { debug: forward('debug'), info: forward('debug'), warn: forward('warn'), error: forward('error') };
}
