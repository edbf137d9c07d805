import { defer, type Observable } from 'rxjs';
import { createClient, type Transport, type TransportEvent, type TransportRequest } from '../../src/index.js';
import { relay, type RelayConfig, type RelaySession } from '../../src/server/index.js';
import { answer, hello } from './answers.js';

/** A relay to a scripted server, and what that server received. */
export interface Relayed {
  /** Sends a request to the relay. */
  readonly ask: (path: string, init?: RequestInit) => Promise<Response>;
  /** Sends a body as JSON. */
  readonly post: (path: string, body: unknown, headers?: Readonly<Record<string, string>>) => Promise<Response>;
  readonly received: readonly TransportRequest[];
  /** The bodies that the server received. */
  readonly bodies: () => readonly unknown[];
}

/** Creates a relay to a server that gives this answer to every request. */
export function relayed<Session extends RelaySession>(
  config: Partial<RelayConfig<Session>> = {},
  exchange: Observable<TransportEvent> = answer(hello),
): Relayed {
  const received: TransportRequest[] = [];
  const transport: Transport = (request) =>
    defer(() => {
      received.push(request);
      return exchange;
    });
  const client = createClient({ baseURL: 'https://upstream.test/v1', apiKey: 'sk-of-the-operator', transport });
  const handle = relay<Session>({ client, authorize: 'anyone', models: ['small'], ...config });
  const ask = (path: string, init?: RequestInit): Promise<Response> =>
    handle(new Request(`http://localhost${path}`, init));
  return {
    ask,
    post: (path, body, headers = {}) =>
      ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    received,
    bodies: () => received.map(({ body }) => JSON.parse(body as string) as unknown),
  };
}

/** Where a relay takes requests for chunks. */
export const chatPath = '/v1/chat/completions';

/** The error in the body of an answer. */
export async function errorOf(response: Response): Promise<unknown> {
  return ((await response.json()) as { error: unknown }).error;
}
