import type { Observable } from 'rxjs';
import type { RunHelpers, TestScheduler } from 'rxjs/testing';
import { check, checkFunction } from '../util/check.js';
import type { ChatCompletionChunk } from '../schemas/chat-completion-chunk.js';
import { chunkValues, type ChunkValues } from './chunk-values.js';
import { MarbleScheduler } from './marble-scheduler.js';

/** A cold stream of chunks, and when it was subscribed and unsubscribed. */
export interface ColdChunks extends Observable<ChatCompletionChunk> {
  /** For `expectSubscriptions`. */
  readonly subscriptions: ReturnType<RunHelpers['cold']>['subscriptions'];
}

/** What a marble test is written with: all that rxjs' `TestScheduler.run` gives, and two things more. */
export interface MarbleHelpers extends RunHelpers {
  /**
   * A cold stream of chunks. Texts become text chunks and chunks stay as they are; a letter without a value is `r` for the
   * role, `f` for the finish, or else its own text.
   *
   * ```ts
   * chunks('r-a-b-f|', { a: 'Hel', b: 'lo' });
   * ```
   */
  readonly chunks: (marbles: string, values?: ChunkValues, error?: unknown) => ColdChunks;
  /** The virtual clock. The schedulers of rxjs follow it by themselves; this is for those that want one passed. */
  readonly scheduler: TestScheduler;
}

/** What a test may return: anything that promises nothing, so that one that is async does not compile. */
type NoPromise<Result> = Result extends PromiseLike<unknown> ? never : Result;

/**
 * Runs a marble test: all of rxjs' time is virtual, so that it takes none, and what differs is thrown as a `MarblesError`
 * that shows both sides frame by frame. It needs no test runner and works in any. The same test in each of three:
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
 * Values are compared by what they hold: a field that is `undefined` counts as absent, and matchers such as
 * `expect.any(String)` are asked. Errors are equal when their name, message and `kind` are; where a plain object is
 * expected, only the fields that it names count: `toBe('5s #', {}, { name: 'DeadlineError', deadline: 'total' })`.
 *
 * Animation frames do not come by themselves: what waits for one, as `throttleRender()` without a duration does wherever
 * there are frames, needs `animate('---x---x')` in the test, before it is subscribed. Promises never run in virtual time:
 * a test begins at chunks, or at the exchanges of `fakeTransport`.
 *
 * @throws TypeError for a test that is no function, or an async one.
 */
export function runMarbles<Result>(test: (helpers: MarbleHelpers) => NoPromise<Result>): void {
  checkFunction('The test of runMarbles', test);
  const scheduler = new MarbleScheduler();
  scheduler.run((helpers) => {
    const chunks: MarbleHelpers['chunks'] = (marbles, values = {}, error) =>
      scheduler.createColdObservable(marbles, chunkValues(marbles, values), error);
    const result: unknown = test({ ...helpers, chunks, scheduler });
    const isPromise = typeof (result as { then?: unknown } | undefined)?.then === 'function';
    check(!isPromise, 'The test of runMarbles', 'a plain function, since promises do not run in virtual time', result);
  });
}
