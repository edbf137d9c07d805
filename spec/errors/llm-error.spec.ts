import { inspect, types } from 'node:util';
import { concat, type Observable, of, throwError } from 'rxjs';
import {
  ApiError,
  ConnectionError,
  DeadlineError,
  fallback,
  isLlmError,
  LimitError,
  LlmError,
  OutputError,
  ProtocolError,
  RateLimitError,
  StreamError,
  toText,
} from '../../src/index.js';
import { failureOf } from '../support/observe.js';

const errors: readonly [string, LlmError, object][] = [
  ['ApiError', new ApiError('m', { kind: 'server', retryable: true, status: 500 }), { kind: 'server', status: 500 }],
  [
    'RateLimitError',
    new RateLimitError('m', { retryable: true, status: 429, retryAfter: 5 }),
    { kind: 'rate_limit', retryAfter: 5 },
  ],
  ['ConnectionError', new ConnectionError('m'), { kind: 'connection', retryable: true }],
  ['DeadlineError', new DeadlineError('idle', 5000), { kind: 'timeout', retryable: true, deadline: 'idle' }],
  ['StreamError', new StreamError('m', { kind: 'truncated', retryable: true }), { kind: 'truncated' }],
  ['OutputError', new OutputError('m'), { kind: 'output', retryable: false }],
  ['ProtocolError', new ProtocolError('m'), { kind: 'protocol', retryable: false }],
  [
    'LimitError',
    new LimitError('eventBytes', 10),
    { kind: 'limit', retryable: false, limit: 'eventBytes', maximum: 10 },
  ],
];

describe('every error', () => {
  it.each(errors)('%s has its name, its kind and whether to try again', (name, error, fields) => {
    expect(error).toMatchObject({ name, ...fields });
    expect(error).toBeInstanceOf(LlmError);
    expect(error).toBeInstanceOf(Error);
    expect(isLlmError(error)).toBe(true);
    expect(inspect(error)).toContain(name);
  });

  it.each(errors)('%s is copied with the text so far', async (name, error, fields) => {
    const copy = await failureOf(afterText('so far', error).pipe(toText()));

    expect(copy).not.toBe(error);
    expect(copy).toMatchObject({ name, message: error.message, stack: error.stack, partial: 'so far', ...fields });
    expect(copy).toBeInstanceOf(error.constructor);
    expect(error).not.toHaveProperty('partial', 'so far');
    expect(types.isNativeError(copy)).toBe(true);
  });

  it.each(errors)('%s has the text so far, also when it is copied again, but no log shows it', async (_, error) => {
    const first = await failureOf(afterText('so far', error).pipe(toText()));
    const copy = await failureOf(fallback([throwError(() => error), throwError(() => first)]));

    expect(copy).toMatchObject({ partial: 'so far', errors: [error, first] });
    expect(inspect(copy)).not.toContain('so far');
    expect(JSON.stringify(copy)).not.toContain('so far');
    expect(Object.keys(copy as object)).not.toContain('partial');
    expect(await failureOf(afterText('more', copy).pipe(toText()))).toMatchObject({ partial: 'more' });
  });

  it('keeps its cause', () => {
    const cause = new Error('below');

    expect(new ConnectionError('m', { cause }).cause).toBe(cause);
    expect(Object.hasOwn(new ConnectionError('m'), 'cause')).toBe(false);
  });

  it('names the deadline and its length', () => {
    expect(new DeadlineError('idle', 5000).message).toContain('5000 ms (deadlines.idle)');
  });
});

describe('isLlmError', () => {
  it.each([undefined, null, 'text', 5, {}, new Error('mine'), { name: 'ApiError', kind: 'server', retryable: true }])(
    'is false for %p',
    (value) => {
      expect(isLlmError(value)).toBe(false);
    },
  );
});

/** A stream of a text that fails after it. */
function afterText(text: string, error: unknown): Observable<string> {
  return concat(
    of(text),
    throwError(() => error),
  );
}
