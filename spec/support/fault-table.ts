import {
  asyncScheduler,
  identity,
  type MonoTypeOperatorFunction,
  type SchedulerAction,
  type Observable,
  type SchedulerLike,
  type Subscription,
} from 'rxjs';
import {
  type ChatCompletionChunk,
  type Client,
  createClient,
  isLlmError,
  type Message,
  type RequestOptions,
  type ResponseEvent,
  type RetryNotice,
  retryTransient,
  toMessage,
  type Transport,
} from '../../src/index.node.js';
import { chatRequest } from './answers.js';
import { referenceText } from './fault-server/reference.js';
import { type FaultServer, startFaultServer, type Tally } from './fault-server/start-fault-server.js';
import { type ClientTime, holdTime } from './held-time.js';
import { observe, turnsUntil } from './observe.js';
import { expectQuietProcess } from './quiet-process.js';
import { expectNoKey, key } from './secret-key.js';
import { transports } from './transports.js';
import { watchScheduler } from './watch-scheduler.js';

/** A row of the fault table: what a server does, and what the client must do then. */
export interface Fault {
  readonly title: string;
  /** The path on the fault server. */
  readonly scenario: string;
  readonly options?: RequestOptions;
  /** Whether to retry as an app would, but without waiting. */
  readonly retries?: boolean;
  /** Fields of the error; without them the answer must be whole. */
  readonly error?: object | undefined;
  /** The text that a user is left with; by default the reference's, or none with an error. */
  readonly text?: string;
  /** The number of requests that reach the server; 1 by default. */
  readonly requests?: number;
  /**
   * How the server leaves the stream open, `idling` with pieces that bring nothing. The client's time then passes only once
   * the request has reached the server, and the text or the error's status the client.
   */
  readonly open?: 'silent' | 'idling';
  /** Makes further assertions. */
  readonly also?: (seen: FaultOutcome) => void;
  /** Tests it over `/responses` as well, where these fields differ. */
  readonly responses?: Partial<Fault> | undefined;
}

/** What either endpoint emits. */
type Value = ChatCompletionChunk | ResponseEvent;

/** Asks an endpoint. */
type Ask = (client: Client, options: RequestOptions | undefined) => Observable<Value>;

const askChat: Ask = (client, options) => client.chat(chatRequest, options);
const askResponses: Ask = (client, options) => client.responses({ model: 'small', input: 'Hi' }, options);

/** The outcome of a fault. */
export interface FaultOutcome {
  readonly error: unknown;
  /** The finished message, or the error's partial one. */
  readonly message: Message | undefined;
  readonly tally: Tally;
  readonly server: FaultServer;
  /** The server of the other origin. */
  readonly elsewhere: FaultServer;
  readonly retries: readonly RetryNotice[];
}

/** How long connections may stay open after the end of a stream on a busy machine, in milliseconds. */
const closing = 10_000;

/** The time at which the clock of the retries stands still. */
export const noon = Date.UTC(2026, 10, 20, 12);

/** The error of a stream that ended early. */
export const truncated = { name: 'StreamError', kind: 'truncated', retryable: true };
/** The error of a connection that broke or could not be made. */
export const disconnected = { name: 'ConnectionError', kind: 'connection', retryable: true };

/**
 * Tests each fault through both transports, and prints a table of the outcomes. After every fault there must be at most
 * one typed error without the key in it, the text streamed so far, no open connection and no pending timer.
 */
export function describeFaults(faults: readonly Fault[]): void {
  expectQuietProcess();
  describeEach(faults, askChat);
  const others = faults.flatMap(({ responses, ...fault }) => (responses ? [{ ...fault, ...responses }] : []));
  if (others.length > 0) {
    describe('from /responses', () => describeEach(others, askResponses));
  }
}

function describeEach(faults: readonly Fault[], ask: Ask): void {
  const table: (readonly string[])[] = [];

  afterAll(() => void process.stdout.write(formatTable(table)));

  describe.each(Object.entries(transports))('through %s', (name, createTransport) => {
    let elsewhere: FaultServer;
    let server: FaultServer;
    let transport: Transport;

    beforeAll(async () => {
      elsewhere = await startFaultServer();
      server = await startFaultServer(elsewhere.url);
      transport = createTransport();
    });
    afterAll(() => Promise.all([server.close(), elsewhere.close()]));

    it.each(faults.map((fault) => [fault.title, fault] as const))('%s', async (title, fault) => {
      const { scheduler, waiting, over, pass } = timeOf(fault, () => server.tallyOf(fault.scenario).requests);
      const retries: RetryNotice[] = [];
      const baseURL = server.url + fault.scenario;
      const client = createClient({ baseURL, apiKey: key, transport: over(transport), scheduler });
      const retry = retryWithoutWaiting(fault.retries ? 2 : 0, (notice) => retries.push(notice));
      const started = performance.now();

      const seen = observe(ask(client, fault.options).pipe(pass, retry, toMessage()));
      const error = await seen.ended;

      const time = Math.round(performance.now() - started);
      await server.settled(fault.scenario, closing);
      await turnsUntil(() => waiting() === 0, closing);
      const message = isLlmError(error) ? (error.partial as Message) : seen.values[0];
      const tally = server.tallyOf(fault.scenario);
      table.push([title, name, summaryOf(error, message), `${tally.requests}`, `${tally.open}`, `${time} ms`]);

      expect(error).toEqual(fault.error && expect.objectContaining(fault.error));
      expect(message?.content).toBe(fault.text ?? (fault.error === undefined ? referenceText : ''));
      expect(tally).toMatchObject({ requests: fault.requests ?? 1, open: 0 });
      expect(waiting()).toBe(0);
      expectNoKey(error);
      // Node's own fetch replaces each aborted connection by a new one.
      if (name === 'undici') {
        expect(server.spare).toBe(0);
      }
      fault.also?.({ error, message, tally, server, elsewhere, retries });
    });
  });
}

/** The client's time: that of the machine, unless the server leaves the stream open. */
function timeOf({ open, text = '', error = {} }: Fault, requests: () => number): ClientTime {
  if (open === undefined) {
    const scheduler = watchScheduler();
    return { scheduler, waiting: () => scheduler.waiting, over: identity, pass: identity };
  }
  return holdTime({ kind: open, text, hasStatus: 'status' in error, requests });
}

function retryWithoutWaiting(count: number, notify: (notice: RetryNotice) => void): MonoTypeOperatorFunction<Value> {
  return retryTransient({ count, scheduler: hurriedScheduler(noon), random: () => 1, notify });
}

/** Creates a scheduler whose clock stands still and whose timers fire at once, whatever their delay. */
function hurriedScheduler(now: number): SchedulerLike {
  return {
    now: () => now,
    schedule<S>(work: (this: SchedulerAction<S>, state?: S) => void, _delay?: number, state?: S): Subscription {
      return asyncScheduler.schedule<S>(work, 0, state);
    },
  };
}

function summaryOf(error: unknown, message: Message | undefined): string {
  const kept = message === undefined ? '' : `, ${message.content.length} characters`;
  return isLlmError(error)
    ? `${error.name} ${error.kind}, ${error.retryable ? 'retryable' : 'final'}${kept}`
    : `whole${kept}`;
}

const columns = ['scenario', 'transport', 'outcome', 'requests', 'sockets left', 'time'];

function formatTable(rows: readonly (readonly string[])[]): string {
  const table = [columns, ...rows];
  const widths = columns.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}\n`).join('');
}
