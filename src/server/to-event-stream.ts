import { asyncScheduler, EMPTY, Subject, type ObservableInput, type SchedulerLike, type Subscription } from 'rxjs';
import { check, checkConfig, checkDuration, checkScheduler, checkSource } from '../util/check.js';
import { eventText, type EventStreamValue } from './event-text.js';

/** Configuration of {@link toEventStream} and {@link sendEventStream}. */
export interface EventStreamConfig {
  /** After how many milliseconds of silence a comment is sent, so that no proxy closes the connection. Default 15 s. */
  readonly heartbeat?: number | undefined;
  /** Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Converts chunks, events of a response or server-sent events to the response of a web server: a stream of server-sent
 * events. The source is subscribed when the body is first read, and unsubscribed when the body is cancelled.
 *
 * Chunks end with `[DONE]`. An error is the last event instead, in the shape in which OpenAI's servers send one. Its message
 * is the model server's own only where that refuses the request itself; of an error that is not an `LlmError` nothing is told.
 * The operator is, as by `relay`.
 *
 * While the body is not read, what comes is kept. Above 64 Ki characters neighbouring chunks that differ in nothing but
 * `delta.content`, and text deltas of one part of a response without log probabilities, are joined. Above 1 Mi characters
 * the source is unsubscribed, and the last event is an error of type `limit`.
 *
 * @throws TypeError if `source` cannot be subscribed, `heartbeat` is not a finite number above 0, or there is an unknown field.
 * @see {@link sendEventStream} for `node:http` and Express.
 */
export function toEventStream(source: ObservableInput<EventStreamValue>, config: EventStreamConfig = {}): Response {
  checkConfig('an event stream', config, ['heartbeat', 'scheduler']);
  const { heartbeat = 15_000, scheduler = asyncScheduler } = config;
  check(heartbeat > 0, 'heartbeat', 'more than 0 milliseconds', heartbeat);
  checkScheduler(scheduler);
  const wanted = new Subject<void>();
  let isWanted = false;
  const text = eventText(checkSource('source', source), {
    heartbeat: checkDuration('heartbeat', heartbeat),
    scheduler,
    whenWanted: () => (isWanted ? EMPTY : wanted),
  });
  const encoder = new TextEncoder();
  let subscription: Subscription | undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        isWanted = true;
        wanted.next();
        subscription ??= text.subscribe({
          next: (piece) => {
            isWanted = false;
            controller.enqueue(encoder.encode(piece));
          },
          complete: () => controller.close(),
        });
      },
      cancel: () => subscription?.unsubscribe(),
    },
    // A stream that holds pieces itself would be read before anybody reads it.
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: eventStreamHeaders });
}

/** The headers of a stream of server-sent events. */
export const eventStreamHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  // nginx and other proxies would buffer the stream otherwise.
  'x-accel-buffering': 'no',
};
