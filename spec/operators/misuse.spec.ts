import { catchError, EMPTY, from, isObservable, lastValueFrom, type Observable, of, type OperatorFunction } from 'rxjs';
import * as z from 'zod/mini';
import * as rxllm from '../../src/index.js';
import {
  accumulateMessage,
  accumulateObject,
  accumulateText,
  accumulateView,
  arrayItems,
  coalesceText,
  createClient,
  decodeEvents,
  moderated,
  ofChoice,
  reasoningDeltas,
  refusalDeltas,
  smoothText,
  textDeltas,
  throwIfRefused,
  throwIfTruncated,
  toMessage,
  toObject,
  toolCalls,
  toText,
  toUsage,
} from '../../src/index.js';
import { chunksOf, fakeTransport, runMarbles } from '../../src/testing/index.js';
import { expectQuietProcess } from '../support/quiet-process.js';

type AnyOperator = OperatorFunction<unknown, unknown>;

const chunkOperators = {
  textDeltas: textDeltas(),
  reasoningDeltas: reasoningDeltas(),
  refusalDeltas: refusalDeltas(),
  toolCalls: toolCalls(),
  accumulateMessage: accumulateMessage(),
  toMessage: toMessage(),
  toUsage: toUsage(),
  ofChoice: ofChoice(0),
  throwIfTruncated: throwIfTruncated(),
  throwIfRefused: throwIfRefused(),
} as unknown as Record<string, AnyOperator>;

const textOperators = {
  accumulateText: accumulateText(),
  toText: toText(),
  moderated: moderated(() => true),
  toObject: toObject(z.unknown()),
  accumulateObject: accumulateObject(z.unknown()),
  arrayItems: arrayItems(z.unknown()),
  smoothText: smoothText(),
  coalesceText: coalesceText(5),
} as unknown as Record<string, AnyOperator>;

/** Every operator that `pipe` takes without a call, if the types are ignored. */
const uncalled = [
  'accumulateMessage',
  'accumulateRun',
  'accumulateText',
  'accumulateView',
  'coalesceText',
  'decodeEvents',
  'labelWith',
  'measure',
  'moderated',
  'ofChoice',
  'reasoningDeltas',
  'refusalDeltas',
  'retryOnRateLimit',
  'retryTransient',
  'smoothText',
  'textDeltas',
  'throttleRender',
  'throwIfAborted',
  'throwIfRefused',
  'throwIfTruncated',
  'toMessage',
  'toolCalls',
  'toText',
  'toUsage',
  'withDeadlines',
] as const;

const [chunk] = chunksOf('Hello');

/** The error that an operator ends with for one value. */
async function failureOf(value: unknown, operator: AnyOperator): Promise<unknown> {
  const failures: unknown[] = [];
  const result = of(value).pipe(
    operator,
    catchError((error: unknown) => {
      failures.push(error);
      return EMPTY;
    }),
  );
  await lastValueFrom(result, { defaultValue: undefined });
  return failures[0];
}

describe('an operator on values of the wrong kind', () => {
  it.each(Object.entries(chunkOperators))('is named if %s gets text', async (name, operator) => {
    const failure = await failureOf('Hello', operator);

    expect(failure).toBeInstanceOf(TypeError);
    expect(String(failure)).toBe(
      `TypeError: ${name}() reads chunks or response events, not strings; put it directly on the request, and in a marble test pass chunks as values`,
    );
  });

  it.each(Object.entries(chunkOperators))('is named if %s gets a stored response', async (name, operator) => {
    expect(String(await failureOf({ id: 'resp_1', object: 'response', output: [] }, operator))).toBe(
      `TypeError: ${name}() reads chunks or response events, not whole responses; resumeResponse(id) emits the events of one`,
    );
  });

  it.each(Object.entries(textOperators))('is named if %s gets chunks', async (name, operator) => {
    const failure = await failureOf(chunk, operator);

    expect(failure).toBeInstanceOf(TypeError);
    expect(String(failure)).toBe(`TypeError: ${name}() reads text, not chunks; put textDeltas() before it`);
  });

  it.each(Object.entries(textOperators))('is named if %s gets response events', async (name, operator) => {
    expect(String(await failureOf({ type: 'response.created' }, operator))).toBe(
      `TypeError: ${name}() reads text, not response events; put textDeltas() before it`,
    );
  });

  it.each([
    ['Hello', 'strings'],
    [chunk, 'chunks'],
  ])('is named if decodeEvents gets %j', async (value, kind) => {
    expect(String(await failureOf(value, decodeEvents() as AnyOperator))).toBe(
      `TypeError: decodeEvents() reads bytes, not ${kind}; put it on the body of a response, as Uint8Array`,
    );
  });

  it.each([
    [null, 'objects'],
    [undefined, 'undefineds'],
    [4, 'numbers'],
    [{}, 'objects'],
    [[], 'objects'],
  ])('is named if it gets %j', async (value, kind) => {
    expect(String(await failureOf(value, textDeltas() as AnyOperator))).toContain(
      `TypeError: textDeltas() reads chunks or response events, not ${kind};`,
    );
    expect(String(await failureOf(value, toText() as AnyOperator))).toContain(
      `TypeError: toText() reads text, not ${kind};`,
    );
  });

  it('becomes the error of a view', async () => {
    const view = await lastValueFrom(of('Hello').pipe(accumulateView() as AnyOperator));

    expect(view).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining('accumulateView() reads chunks') as unknown },
    });
  });

  it('is named for a marble without values', () => {
    runMarbles(({ hot, expectObservable }) => {
      const result = hot('--a--|').pipe(textDeltas() as AnyOperator);

      expectObservable(result).toBe(
        '--#',
        undefined,
        new TypeError(
          'textDeltas() reads chunks or response events, not strings; put it directly on the request, and in a marble test pass chunks as values',
        ),
      );
    });
  });
});

describe('an operator without its call', () => {
  it.each(uncalled)('is named at pipe(%s)', (name) => {
    expect(() => of(chunk).pipe(rxllm[name] as unknown as AnyOperator)).toThrow(
      new TypeError(`${name} must be called: write pipe(${name}()) instead of pipe(${name})`),
    );
  });
});

describe('a client with a Promise where an Observable is expected', () => {
  const request = { model: 'small', messages: [{ role: 'user' as const, content: 'Hi' }] };
  const transport = fakeTransport({ body: from(chunksOf('Hello')) });
  const async = (): Observable<never> => Promise.resolve(EMPTY) as unknown as Observable<never>;

  const rejected = (): Observable<never> => Promise.reject(new Error('offline')) as unknown as Observable<never>;
  // A rejection that nobody handles ends the process of Node.
  expectQuietProcess();

  it.each([
    ['An interceptor', { transport, interceptors: [async] }],
    ['An interceptor', { transport, interceptors: [rejected] }],
    ['A transport', { transport: async }],
    ['A transport', { transport: rejected }],
  ])('%s is named', async (name, config) => {
    const chunks = createClient({ baseURL: 'http://server.test/v1', ...config }).chat(request);

    expect(isObservable(chunks)).toBe(true);
    await expect(lastValueFrom(chunks)).rejects.toThrow(
      new TypeError(
        `${name} must return an Observable of the exchange; to wait for a Promise first, return from(promise).pipe(switchMap(() => …))`,
      ),
    );
  });
});
