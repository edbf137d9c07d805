import type { MonoTypeOperatorFunction } from 'rxjs';
import {
  type ChatCompletionChunk,
  createClient,
  isLlmError,
  type Message,
  type RequestOptions,
  type RetryNotice,
  retryTransient,
  toMessage,
  type Transport,
} from '../../src/index.node.js';
import { chatRequest } from './answers.js';
import { referenceText } from './fault-server/reference.js';
import { type FaultServer, startFaultServer, type Tally } from './fault-server/start-fault-server.js';
import { hurriedScheduler } from './hurried-scheduler.js';
import { observe } from './observe.js';
import { expectQuietProcess } from './quiet-process.js';
import { expectNoKey, key } from './secret-key.js';
import { transports } from './transports.js';
import { turnsUntil } from './turns-until.js';
import { watchScheduler } from './watch-scheduler.js';

/** A row of the fault table: what a server does, and what its client promises then. */
export interface Fault {
  readonly title: string;
  /** The path of the fault server that does it. */
  readonly scenario: string;
  readonly options?: RequestOptions;
  /** Retries as an app would, but without waiting. */
  readonly retries?: boolean;
  /** Fields of the error; a row without is of an answer that is whole. */
  readonly error?: object;
  /** The text a user is left with; by default that of the reference, or none beside an error. */
  readonly text?: string;
  /** How many requests reach the server; 1 by default. */
  readonly requests?: number;
  /** What else is promised. */
  readonly also?: (seen: FaultOutcome) => void;
}

/** What came of a fault. */
export interface FaultOutcome {
  readonly error: unknown;
  /** The finished message, or what an error kept of it. */
  readonly message: Message | undefined;
  readonly tally: Tally;
  readonly server: FaultServer;
  /** The other origin. */
  readonly elsewhere: FaultServer;
  readonly retries: readonly RetryNotice[];
}

/** How long connections may stay open behind the end of a stream, in milliseconds, on a busy machine. */
const closing = 1000;

/** What stands still where nothing is to wait: noon of the day the specs were written. */
export const noon = Date.UTC(2026, 10, 20, 12);

/** The error of a stream that ended without its end. */
export const truncated = { name: 'StreamError', kind: 'truncated', retryable: true };
/** The error of a connection that broke, or was never made. */
export const disconnected = { name: 'ConnectionError', kind: 'connection', retryable: true };

/**
 * Has a client meet each fault through both transports, expects what is promised of every fault (one typed error, what was
 * streamed kept, no key told, every connection closed, no timer left), and prints the table.
 */
export function describeFaults(faults: readonly Fault[]): void {
  expectQuietProcess();
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
      const scheduler = watchScheduler();
      const retries: RetryNotice[] = [];
      const client = createClient({ baseURL: server.url + fault.scenario, apiKey: key, transport, scheduler });
      const retry = retryWithoutWaiting(fault.retries ? 2 : 0, (notice) => retries.push(notice));
      const started = performance.now();

      const seen = observe(client.chat(chatRequest, fault.options).pipe(retry, toMessage()));
      const error = await seen.ended;

      const time = Math.round(performance.now() - started);
      await server.settled(fault.scenario, closing);
      await turnsUntil(() => scheduler.waiting === 0, closing);
      const message = isLlmError(error) ? (error.partial as Message) : seen.values[0];
      const tally = server.tallyOf(fault.scenario);
      table.push([title, name, summaryOf(error, message), `${tally.requests}`, `${tally.open}`, `${time} ms`]);

      expect(error).toEqual(fault.error && expect.objectContaining(fault.error));
      expect(message?.content).toBe(fault.text ?? (fault.error === undefined ? referenceText : ''));
      expect(tally).toMatchObject({ requests: fault.requests ?? 1, open: 0 });
      expect(scheduler.waiting).toBe(0);
      expectNoKey(error);
      // Node's own fetch opens a connection in place of each one that was aborted.
      if (name === 'undici') {
        expect(server.spare).toBe(0);
      }
      fault.also?.({ error, message, tally, server, elsewhere, retries });
    });
  });
}

function retryWithoutWaiting(
  count: number,
  notify: (notice: RetryNotice) => void,
): MonoTypeOperatorFunction<ChatCompletionChunk> {
  return retryTransient({ count, scheduler: hurriedScheduler(noon), random: () => 1, notify });
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
