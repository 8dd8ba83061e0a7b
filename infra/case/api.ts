import { type FormattedExecutionResult } from 'graphql';
import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';

/** What the API answered when it did not do what was asked: shown to the user as it is. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly what: string,
    readonly answers: readonly { readonly code: string; readonly message: string }[],
  ) {
    super(`${what}: ${answers.map(({ code, message }) => `${code} ${message}`).join('; ')}`);
  }
}

interface Answer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

export interface Addresses {
  readonly graphql: string;
  readonly ws: string;
  readonly token: string;
}

/** A plain client of the public API: HTTP for queries and mutations, graphql-transport-ws for subscriptions. */
export class Api {
  private readonly sockets: Client;

  constructor(
    private readonly addresses: Addresses,
    private readonly accessToken: string | null,
  ) {
    this.sockets = createClient({
      url: addresses.ws,
      webSocketImpl: WebSocket,
      lazy: true,
      connectionParams: accessToken === null ? {} : { authorization: `Bearer ${accessToken}` },
    });
  }

  /** A client with the token of an API client (RFC 6749 §4.4). */
  static async forClient(addresses: Addresses, clientId: string, clientSecret: string): Promise<Api> {
    const response = await reach(addresses.token, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString('base64')}`,
      },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    const body = (await response.json()) as { access_token?: string; error?: string; error_description?: string };
    if (body.access_token === undefined) {
      throw new Refusal('token', [
        { code: body.error ?? String(response.status), message: body.error_description ?? '' },
      ]);
    }
    return new Api(addresses, body.access_token);
  }

  withToken(accessToken: string): Api {
    return new Api(this.addresses, accessToken);
  }

  /** @throws {Refusal} for errors and for user errors alike: this client goes no further then. */
  async run<T>(document: string, variables: Record<string, unknown> = {}): Promise<T> {
    const response = await reach(this.addresses.graphql, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(this.accessToken !== null && { authorization: `Bearer ${this.accessToken}` }),
      },
      body: JSON.stringify({ query: document, variables }),
    });
    const answer = (await response.json()) as Answer;
    const name = /(?:query|mutation)\s+(\w+)/.exec(document)?.[1] ?? 'request';
    const errors = (answer.errors ?? []).map(({ message, extensions }) => ({
      code: extensions?.code ?? 'ERROR',
      message,
    }));
    const userErrors = Object.values(answer.data ?? {}).flatMap(
      (value) => (value as { userErrors?: { code: string; message: string }[] } | null)?.userErrors ?? [],
    );
    if (errors.length > 0 || userErrors.length > 0) throw new Refusal(name, [...errors, ...userErrors]);
    return answer.data as T;
  }

  /** Each answer of a subscription, until the loop is left. */
  follow<T>(document: string, variables: Record<string, unknown>): AsyncIterableIterator<T> {
    const answers = this.sockets.iterate({ query: document, variables });
    return {
      [Symbol.asyncIterator]() {
        return this;
      },
      next: async () => {
        const answer = (await answers.next()) as IteratorResult<
          FormattedExecutionResult<Record<string, unknown>>,
          undefined
        >;
        const { value, done } = answer;
        if (done === true) return { value: undefined, done: true };
        if (value.errors) {
          throw new Refusal(
            'subscription',
            value.errors.map(({ message, extensions }) => ({ code: String(extensions?.['code']), message })),
          );
        }
        return { value: value.data as T, done: false };
      },
      return: async () => {
        await answers.return?.();
        return { value: undefined, done: true };
      },
    };
  }

  async close(): Promise<void> {
    await this.sockets.dispose();
  }
}

/** @throws {Refusal} when nobody answers there */
async function reach(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch {
    throw new Refusal('connection', [
      { code: 'UNREACHABLE', message: `nothing answers at ${url}: is the platform running?` },
    ]);
  }
}
