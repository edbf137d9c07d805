import { Subject, takeUntil, tap } from 'rxjs';
import {
  createClient,
  fetchTransport,
  type RequestOptions,
  type ResponseEvent,
  type Transport,
} from '../../src/index.node.js';
import { undiciTransport } from '../../src/node/index.js';
import { closeServers, type LoopbackServer, type ServedExchange, startServer } from '../support/loopback.js';
import { turnsUntil } from '../support/observe.js';
import { expectQuietProcess } from '../support/quiet-process.js';
import { responseStream } from '../support/read-response.js';
import { created, numbered, state, textDelta } from '../support/response-events.js';
import { asEach, createUsers, createWitness, keyOfUser, type User, type Witness } from '../support/users.js';

/** How long to wait on a busy machine for what is on its way, in milliseconds. */
const patience = 20_000;

/** The events of the background response that belongs to a user. */
function eventsOf(name: string): readonly object[] {
  const response = { id: `of-${name}`, background: true, status: 'in_progress', output: [] };
  return numbered({ ...created, response }, textDelta('Hel'), textDelta('lo'), state('completed', { id: response.id }));
}

/** A server of background responses, and what it was sent: the method, what was asked after the id, and the key. */
interface BackgroundServer extends LoopbackServer {
  readonly received: readonly string[];
}

/** Starts a server that answers the requests of each user in turn; the last answer is repeated. */
async function serve(
  ...answers: readonly ((served: ServedExchange, name: string) => void)[]
): Promise<BackgroundServer> {
  const received: string[] = [];
  const counts = new Map<string, number>();
  const server = await startServer({
    answer: (served) => {
      const { method, path, headers, body } = served;
      const name = /of-(?<name>user-\d+)/u.exec(path + body)?.[1] ?? '';
      const count = counts.get(name) ?? 0;
      counts.set(name, count + 1);
      received.push(`${name} ${method} ${path.split(name)[1] ?? ''} ${headers.authorization}`);
      answers[Math.min(count, answers.length - 1)]?.(served, name);
    },
  });
  return Object.assign(server, { received });
}

/** Answers with events of a user's response. */
function send(from: number, to: number, end: (served: ServedExchange) => void) {
  return (served: ServedExchange, name: string): void => {
    served.head(200, { 'content-type': 'text/event-stream' });
    served.write(responseStream(...eventsOf(name).slice(from, to)));
    end(served);
  };
}

const end = (served: ServedExchange): void => served.end();
const wait = (): void => undefined;

function document(status: string) {
  return (served: ServedExchange, name: string): void => {
    served.head(200, { 'content-type': 'application/json' });
    served.end(JSON.stringify({ id: `of-${name}`, object: 'response', status, output: [] }));
  };
}

/** Options whose callbacks the witness sees; unsubscribing ends an exchange in the context of whoever unsubscribes. */
function optionsOf(user: User, { see }: Witness): RequestOptions {
  return {
    onResponse: () => see(user, 'onResponse'),
    resume: { maxDelay: 1, notify: () => see(user, 'notify') },
    interceptors: [
      (request, next) => {
        see(user, `the interceptor of ${request.operation}`);
        return next(request).pipe(tap(() => see(user, `an event of ${request.operation}`)));
      },
    ],
  };
}

const requestOf = ({ name }: User) => ({ model: 'small', input: `of-${name}`, background: true });

describe('the async context of a background response', () => {
  expectQuietProcess();
  afterEach(closeServers);

  describe.each<[string, () => Transport]>([
    ['undici', () => undiciTransport()],
    ['fetch', () => fetchTransport()],
  ])('over %s', (_name, createTransport) => {
    it('is that of its subscriber in every callback of each exchange that resumes it, and its key is sent', async () => {
      const server = await serve(
        send(0, 2, (served) => setImmediate(() => served.reset())),
        (served) => {
          served.head(503);
          served.end();
        },
        send(2, 2, end),
        document('in_progress'),
        send(2, 3, end),
        send(3, 4, end),
      );
      const users = createUsers(20);
      const witness = createWitness();
      const client = createClient({ baseURL: server.url, transport: createTransport(), apiKey: keyOfUser });

      await asEach(users, (user) =>
        client.responses(requestOf(user), optionsOf(user, witness)).pipe(witness.watch(user, 'a response')),
      );

      expect(witness.strays).toEqual([]);
      const [first, second] = [1, 2].map((after) => `?stream=true&starting_after=${after}`);
      expect([...server.received].sort()).toEqual(
        users
          .flatMap(({ name, key }) => [
            `${name} POST  Bearer ${key}`,
            ...[first, first, '', first, second].map((query) => `${name} GET ${query} Bearer ${key}`),
          ])
          .sort(),
      );
    });

    it.each([true, false])(
      'is that of its subscriber when another user makes it stop, with a key of its own: %p',
      async (hasKey) => {
        const server = await serve(send(0, 2, wait), document('cancelled'));
        const users = createUsers(20);
        const witness = createWitness();
        const left = new Subject<void>();
        let begun = 0;
        let heads = 0;
        const client = createClient({
          baseURL: server.url,
          transport: createTransport(),
          apiKey: hasKey ? keyOfUser : 'key-of-all',
          onUnsubscribe: 'stop',
        });
        const leaveTogether = ({ sequence_number: number }: ResponseEvent): void => {
          begun += number === 1 ? 1 : 0;
          if (begun === users.length) {
            left.next();
          }
        };

        await asEach(users, (user) => {
          const { interceptors = [] } = hasKey ? optionsOf(user, witness) : {};
          const onResponse = (): void => {
            heads += 1;
            witness.see(user, 'onResponse');
          };
          const options = { interceptors, onResponse };
          return client.responses(requestOf(user), options).pipe(tap(leaveTogether), takeUntil(left));
        });
        await turnsUntil(() => heads === 2 * users.length, patience);

        expect(witness.strays).toEqual([]);
        expect([...server.received].sort()).toEqual(
          users
            .flatMap(({ name, key }) =>
              ['', '/cancel'].map((path) => `${name} POST ${path} Bearer ${hasKey ? key : 'key-of-all'}`),
            )
            .sort(),
        );
      },
    );
  });
});
