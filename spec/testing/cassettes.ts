import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom, type Observable } from 'rxjs';
import { TestScheduler, type RunHelpers } from 'rxjs/testing';
import type { Transport, TransportEvent } from '../../src/transport/transport.js';
import {
  type Cassette,
  type CassetteExchange,
  recordCassette,
  type RecordCassetteConfig,
} from '../../src/testing/index.js';
import { observe } from '../support/observe.js';
import { transportRequest } from '../support/transport-events.js';

/** Creates a folder for a spec file, which is removed at the end. */
export function useFolder(): { readonly path: (name: string) => string; readonly read: (name: string) => string } {
  const folder = mkdtempSync(join(tmpdir(), 'rxllm-cassettes-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string): string => join(folder, name);
  return { path, read: (name) => readFileSync(path(name), 'utf8') };
}

/** The request that {@link exchangeOf} answers. */
export const request = transportRequest('http://server.test/v1/chat/completions', {
  body: '{"model":"small","messages":[{"role":"user","content":"Hi"}]}',
});

/** An exchange with the text "Hello" in two pieces, with `fields` replaced. */
export function exchangeOf(fields: Partial<CassetteExchange> = {}): CassetteExchange {
  return {
    request: {
      operation: 'chat',
      method: 'POST',
      url: request.url,
      json: { messages: [{ content: 'Hi', role: 'user' }], model: 'small' },
    },
    response: {
      at: 2,
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: [
        { at: 4, text: 'Hel' },
        { at: 6, text: 'lo' },
      ],
    },
    end: { type: 'complete', at: 8 },
    ...fields,
  };
}

/** Creates a cassette of some exchanges. */
export function cassetteOf(...exchanges: readonly CassetteExchange[]): Cassette {
  return { version: 1, exchanges };
}

/** Records exchanges with a transport, one after the other. */
export async function record(
  transport: Transport,
  requests = [request],
  config: RecordCassetteConfig = {},
): Promise<Cassette> {
  const recorder = recordCassette(config);
  for (const each of requests) {
    await observe(recorder(each, transport)).ended;
  }
  return firstValueFrom(recorder.cassette);
}

/** Converts an event to plain data for comparison: headers to an object, bytes to numbers. */
export function plain(event: TransportEvent): unknown {
  return event.type === 'head'
    ? { status: event.status, headers: Object.fromEntries(event.headers) }
    : [...event.bytes];
}

/** Runs a test in virtual time, with its scheduler. */
export function runScheduled(test: (helpers: RunHelpers, scheduler: TestScheduler) => void): void {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run((helpers) => test(helpers, scheduler));
}

/** A transport with the same events for every request. */
export function always(events: Observable<TransportEvent>): Transport {
  return () => events;
}
