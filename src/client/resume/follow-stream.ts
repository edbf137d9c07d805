import {
  catchError,
  EMPTY,
  type Observable,
  type OperatorFunction,
  type SchedulerLike,
  type Subscriber,
  takeUntil,
  timer,
} from 'rxjs';
import type { AnswerEvent } from '../../answers/event-data.js';
import type { StreamCursor } from '../../answers/stream-cursor.js';
import { copyError } from '../../errors/copy-error.js';
import { isLlmError } from '../../errors/llm-error.js';
import { withActivityDeadlines } from '../../operators/with-deadlines.js';
import type { TransportRequest } from '../../transport/transport.js';
import { operate, type Stage, subscribeWithin } from '../../util/operate.js';
import { readStream, type StreamReading } from '../read-stream.js';
import { identified, identifyErrors, type RequestScope } from '../request-scope.js';
import type { Settings } from '../settings.js';
import { type Keeper, relayKeeper } from './keeper.js';
import { resumeStream } from './resume-stream.js';

/** A stream that its server may keep. */
export interface KeptStream<Value, Proven> {
  /** The request that begins it; left out for a stream that was begun before. */
  readonly begin?: TransportRequest;
  readonly reading: StreamReading<Value, Proven>;
  /** How it is taken up if it is not a relay that keeps it. */
  readonly keeper?: Keeper<Value>;
}

/** How long the request that stops the work may outlive the subscription, in milliseconds. */
const farewell = 10_000;

/**
 * Joins the exchanges of one stream to what its subscriber gets. One that its server does not keep is its first exchange, whose
 * error tells which request it was.
 *
 * An error after which the server goes on tells where to take up the stream, and is not retryable: a new request would begin
 * the work again. If the stream is unsubscribed before its end, the server may be told to stop the work.
 */
export function followStream<Value, Proven>(
  stream: KeptStream<Value, Proven>,
  settings: Settings,
  scope: RequestScope,
): Observable<Value> {
  const { begin: request, reading } = stream;
  const course = { stream, parse: reading.parse(scope.redact), settings, scope };
  const source = request === undefined ? resume(course) : readStream({ ...course, request, reading });
  return operate<Value, Value>((destination) => new Follower(destination, course))(source);
}

/** The course of one stream. */
interface Course<Value, Proven> {
  readonly stream: KeptStream<Value, Proven>;
  readonly parse: OperatorFunction<AnswerEvent | Proven, Value>;
  readonly settings: Settings;
  readonly scope: RequestScope;
}

class Follower<Value, Proven> implements Stage<Value> {
  private readonly destination: Subscriber<Value>;
  private readonly course: Course<Value, Proven>;
  /** The number of the last event that was read before. */
  private readonly from: number | undefined;
  private isResumed: boolean;
  private ended = false;

  constructor(destination: Subscriber<Value>, course: Course<Value, Proven>) {
    this.destination = destination;
    this.course = course;
    this.from = course.scope.cursor?.after;
    this.isResumed = course.stream.begin === undefined || course.settings.resume === false;
  }

  next(value: Value): void {
    this.destination.next(value);
  }

  error(reason: unknown): void {
    const { course, from } = this;
    const { cursor } = course.scope;
    const error = identified(reason, course.scope);
    if (isEnd(error) && cursor?.over === true && from !== undefined && from === cursor.after) {
      // All of it was read before.
      this.complete();
    } else if (this.isResumed || cursor?.id === undefined) {
      this.ended = true;
      this.destination.error(located(error, course.scope));
    } else {
      this.isResumed = true;
      subscribeWithin(resume(course, { error }), this.destination, this);
    }
  }

  complete(): void {
    this.ended = true;
    this.destination.complete();
  }

  // Called for each source: the first exchange, and what follows it.
  closed(): void {
    const { stream, settings, scope } = this.course;
    const { cursor } = scope;
    const isLeft = !this.ended && this.destination.closed;
    this.ended ||= isLeft;
    if (isLeft && cursor?.id !== undefined && cursor.over !== true) {
      const { onUnsubscribe = cursor.relayed === true ? 'stop' : 'leave', stopOnUnsubscribe, scheduler } = settings;
      if (onUnsubscribe === 'stop' || stopOnUnsubscribe?.() === true) {
        scope.run(leave, keeperOf(stream, cursor).stop(cursor.id, forFurtherRequests(settings)), scheduler);
      }
    }
  }
}

/** Resumes a stream, within the deadlines of all its exchanges together. */
function resume<Value, Proven>(
  { stream, parse, settings, scope }: Course<Value, Proven>,
  broken?: { readonly error: unknown },
): Observable<Value> {
  const { cursor = { id: undefined, after: undefined }, started } = scope;
  const {
    deadlines: { firstChunk, total },
    resume: config,
    scheduler,
  } = settings;
  const { reading } = stream;
  const own = forFurtherRequests(settings);
  const keeper = keeperOf(stream, cursor);
  const ask = (id: string): Observable<Value> => {
    const request = keeper.ask(id, cursor.after, own);
    return readStream({ request, reading, parse, settings: own, scope, resumed: true }).pipe(identifyErrors(scope));
  };
  const first = ask(cursor.id ?? '');
  const settle = (id: string): Observable<Value> => keeper.settle(id, own);
  return (
    config === false ? first : resumeStream({ cursor, first, ask, settle }, { ...config, scheduler }, broken)
  ).pipe(
    withActivityDeadlines(
      { deadlines: { firstChunk, idle: Infinity, total }, scheduler },
      () => ({ isActive: () => true }),
      broken !== undefined && cursor.after !== undefined,
      started,
    ),
  );
}

/** Sends the request that stops the work. Its errors are dropped, since nobody is left to handle them. */
function leave(stop: Observable<unknown>, scheduler: SchedulerLike): void {
  stop
    .pipe(
      takeUntil(timer(farewell, scheduler)),
      catchError(() => EMPTY),
    )
    .subscribe();
}

/** Adds to an error where to take up the stream, if the server goes on with it. */
function located(error: unknown, { cursor, redact }: RequestScope): unknown {
  if (cursor?.id === undefined || (cursor.relayed === true && (cursor.over === true || isEnd(error) === false))) {
    return error;
  }
  const id = redact(cursor.id);
  return copyError(error, {
    retryable: false,
    ...(cursor.relayed === true ? { streamId: id } : { responseId: id }),
    after: cursor.after,
  });
}

/** Whether a `StreamError` is an early end, and not part of the stream; `undefined` for other errors. */
function isEnd(error: unknown): boolean | undefined {
  return isLlmError(error) && error.name === 'StreamError' ? error.kind === 'truncated' : undefined;
}

function keeperOf<Value>({ keeper }: { readonly keeper?: Keeper<Value> }, { relayed }: StreamCursor): Keeper<Value> {
  return relayed === true || keeper === undefined ? relayKeeper : keeper;
}

/**
 * Returns the settings of the requests that follow the one which began the work. They do not repeat it, so they do not have
 * its idempotency key, and the deadline of its first chunk is that of all exchanges.
 */
function forFurtherRequests(settings: Settings): Settings {
  const { 'idempotency-key': _key, ...headers } = settings.headers;
  return { ...settings, headers, deadlines: { ...settings.deadlines, firstChunk: Infinity } };
}
