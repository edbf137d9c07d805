import { mergeMap, type Observable, timer } from 'rxjs';
import type { RunHelpers, TestScheduler } from 'rxjs/testing';
import { isResponseEvent } from '../../responses/response-answers.js';
import type { ChatCompletionChunk } from '../../schemas/chat-completion-chunk.js';
import type { ResponseEvent } from '../../schemas/response-event.js';
import { check, checkFunction } from '../../util/check.js';
import { isObject } from '../../util/is-object.js';
import { runInVirtualTime } from '../../util/virtual-time.js';
import { finishChunk, roleChunk, textChunk } from '../chunk-builders.js';
import { responseTextDelta } from '../responses/event-builders.js';
import { responseCreated, responseEnd } from '../responses/response-events.js';
import { MarbleScheduler } from './marble-scheduler.js';

/** A cold stream of chunks, or of the events of a response, that logs its subscriptions. */
export interface ColdChunks<Chunk = ChatCompletionChunk> extends Observable<Chunk> {
  /** For `expectSubscriptions`. */
  readonly subscriptions: ReturnType<RunHelpers['cold']>['subscriptions'];
}

/** The chunk or event for each letter of a marble diagram: its text, or the chunk or event itself. */
export type ChunkValues<Value = string | ChatCompletionChunk> = Readonly<Record<string, Value>>;

/** What the values of a marble diagram stand for: events of a response if there is one among them, else chunks. */
type ChunkOf<Value> = [Extract<Value, ResponseEvent>] extends [never] ? ChatCompletionChunk : ResponseEvent;

/** The helpers of a marble test: those of rxjs's `TestScheduler.run`, `chunks`, `at` and `scheduler`. */
export interface MarbleHelpers extends RunHelpers {
  /**
   * Creates a cold stream of chunks. Strings become text chunks. A letter without a value stands for the role if it is `r`,
   * for the finish if it is `f`, and otherwise for itself as text.
   *
   * ```ts
   * chunks('r-a-b-f|', { a: 'Hel', b: 'lo' });
   * ```
   *
   * If a value is the event of a response, all of them are: a string adds text, `r` is `response.created`, and `f` is
   * `response.completed`.
   *
   * ```ts
   * chunks('r-a-b-f|', { a: 'Hel', b: 'lo', f: responseEnd('Hello') });
   * ```
   */
  readonly chunks: <Value extends string | ChatCompletionChunk | ResponseEvent = string>(
    marbles: string,
    values?: ChunkValues<Value>,
    error?: unknown,
  ) => ColdChunks<ChunkOf<Value>>;
  /**
   * Creates a cold stream that emits any number of values at one frame, and completes. In marbles a group is as wide as it is
   * written, so what follows `(abc)` comes at frame 5 at the earliest:
   *
   * ```ts
   * expectObservable(views).toEqual(merge(at(0, waiting, asked), at(2, hel), at(5, hello, done)));
   * ```
   */
  readonly at: <T>(frame: number, ...values: readonly T[]) => Observable<T>;
  /** The virtual clock. rxjs's own schedulers follow it already; pass it to code that takes a scheduler. */
  readonly scheduler: TestScheduler;
}

/** Any result except a promise, so that an async test does not compile. */
type NoPromise<Result> = Result extends PromiseLike<unknown> ? never : Result;

/**
 * Runs a marble test in virtual time. If an expectation fails, it throws a `MarblesError` that shows both sides frame by
 * frame. It works in any test runner, and without one. The same test in three runners:
 *
 * ```ts
 * // jest, where `it` is a global
 * it('streams text', () => runMarbles(streamsText));
 *
 * // vitest
 * import { it } from 'vitest';
 * it('streams text', () => runMarbles(streamsText));
 *
 * // node --test
 * import { it } from 'node:test';
 * it('streams text', () => runMarbles(streamsText));
 * ```
 *
 * ```ts
 * // The test itself.
 * const streamsText = ({ chunks, expectObservable, expectSubscriptions }: MarbleHelpers) => {
 *   const answer = chunks('       r-a-b-f|', { a: 'Hel', b: 'lo' });
 *   const client = fakeClient(answer);
 *
 *   expectObservable(client.chat(request).pipe(textDeltas())).toBe('--a-b--|', { a: 'Hel', b: 'lo' });
 *   expectSubscriptions(answer.subscriptions).toBe('^------!');
 * };
 * ```
 *
 * Values are compared deeply. A field that is `undefined` equals a missing one, and matchers such as `expect.any(String)`
 * work. Errors are equal if their name, message and `kind` are. An error also equals a plain object whose fields it has:
 * `toBe('5s #', {}, { name: 'DeadlineError', deadline: 'total' })`.
 *
 * Animation frames come where `animate('---x---x')` puts them; without it `throttleRender()` has one every 16 ms, in each
 * runtime. The random part of a retry's pause is half of the possible one. Promises never run in virtual time: start a test
 * from chunks, or from the exchanges of `fakeTransport`.
 *
 * @throws TypeError if `test` is not a function, or is async.
 */
export function runMarbles<Result>(test: (helpers: MarbleHelpers) => NoPromise<Result>): void {
  checkFunction('The test of runMarbles', test);
  watchPromises((hasPromises) => {
    const scheduler = new MarbleScheduler(hasPromises);
    let animated = false;
    runInVirtualTime({ isAnimated: () => animated }, () =>
      scheduler.run((helpers) => {
        const animate: MarbleHelpers['animate'] = (marbles) => {
          animated = true;
          helpers.animate(marbles);
        };
        callTest(test, { ...helpers, animate, chunks: chunksIn(scheduler), at, scheduler });
      }),
    );
  });
}

function callTest(test: (helpers: MarbleHelpers) => unknown, helpers: MarbleHelpers): void {
  const result = test(helpers);
  if (typeof (result as { then?: unknown } | undefined)?.then === 'function') {
    throw new TypeError('The test of runMarbles must not be async: promises do not run in virtual time');
  }
}

function at<T>(frame: number, ...values: readonly T[]): Observable<T> {
  check(Number.isInteger(frame) && frame >= 0, 'frame', 'a whole number, 0 or more', frame);
  return timer(frame).pipe(mergeMap(() => values));
}

function chunksIn(scheduler: TestScheduler): MarbleHelpers['chunks'] {
  return (marbles, values: ChunkValues<unknown> = {}, error) => {
    const builders = Object.values(values).some(isEvent) ? ofEvents : ofChunks;
    const letters = Array.from(marbles, (letter) => [letter, chunkOf(letter, values, builders)] as const);
    return scheduler.createColdObservable(marbles, Object.fromEntries(letters) as Record<string, never>, error);
  };
}

/** What stands for letters without a value, and for strings. */
interface Builders {
  readonly r: () => unknown;
  readonly f: () => unknown;
  readonly text: (text: string) => unknown;
}

const ofChunks: Builders = { r: roleChunk, f: finishChunk, text: textChunk };
const ofEvents: Builders = { r: responseCreated, f: responseEnd, text: responseTextDelta };

function chunkOf(letter: string, values: ChunkValues<unknown>, builders: Builders): unknown {
  const value = Object.hasOwn(values, letter) ? values[letter] : undefined;
  if (value === undefined) {
    return letter === 'r' || letter === 'f' ? builders[letter]() : builders.text(letter);
  }
  if (typeof value === 'string') {
    return builders.text(value);
  }
  const isOne = builders === ofEvents ? isEvent(value) : isObject(value) && 'choices' in value;
  check(isOne, `values.${letter}`, builders === ofEvents ? 'a string or an event' : 'a string or a chunk', value);
  return value;
}

function isEvent(value: unknown): boolean {
  return isResponseEvent(value);
}

/** Calls a function with a way to ask whether anything has waited for a promise since. */
function watchPromises(run: (hasPromises: () => boolean) => void): void {
  // Node loads its fetch, and waits for a promise, when this is first read, such as by a fake transport.
  Reflect.get(globalThis, 'Headers');
  const then = Object.getOwnPropertyDescriptor(Promise.prototype, 'then') as TypedPropertyDescriptor<() => unknown>;
  let seen = false;
  const watched = new Proxy(then.value as () => unknown, {
    apply: (target, promise, callbacks) => {
      seen = true;
      return Reflect.apply(target, promise, callbacks) as unknown;
    },
  });
  Reflect.defineProperty(Promise.prototype, 'then', { ...then, value: watched });
  try {
    run(() => seen);
  } finally {
    Reflect.defineProperty(Promise.prototype, 'then', then);
  }
}
