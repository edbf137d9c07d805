import { TestScheduler, type RunHelpers } from 'rxjs/testing';
import {
  type Client,
  createClient,
  type Deadline,
  type Deadlines,
  type RequestOptions,
  type TransportEvent,
} from '../../src/index.js';
import { eventStream, textChunk } from './answers.js';
import { data, head } from './transport-events.js';

const baseURL = 'http://server.test/v1';
/** Deadlines that never pass. */
export const none: Deadlines = { headers: Infinity, firstChunk: Infinity, idle: Infinity, total: Infinity };
/** Events by marble: headers, an error's headers, text, the finish reason, `[DONE]`, keep-alives, an error's text. */
export const events: Readonly<Record<string, TransportEvent>> = {
  h: head(200, { 'content-type': 'text/event-stream' }),
  e: head(500),
  a: data(eventStream(textChunk('a'))),
  b: data(eventStream(textChunk('b'))),
  f: data(eventStream(textChunk('', 'stop'))),
  d: data('data: [DONE]\n\n'),
  c: data(': keep-alive\n\n'),
  k: data('data: \n\n'),
  t: data('text'),
};
/** The text of the chunks. */
export const values = { a: 'a', b: 'b' };

/** Matches a DeadlineError for this deadline. */
export function passed(deadline: Deadline): unknown {
  return expect.objectContaining({ name: 'DeadlineError', kind: 'timeout', retryable: true, deadline });
}

/** Runs a marble test whose scheduler is also the client's. */
export function runTimed(test: (helpers: RunHelpers, createTimed: (config: RequestOptions) => Client) => void): void {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run((helpers) => {
    test(helpers, ({ deadlines, ...config }) =>
      createClient({ baseURL, scheduler, deadlines: { ...none, ...deadlines }, ...config }),
    );
  });
}
