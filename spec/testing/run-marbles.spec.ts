import {
  animationFrameScheduler,
  asyncScheduler,
  concat,
  delay,
  EMPTY,
  map,
  NEVER,
  observeOn,
  of,
  throwError,
  timer,
} from 'rxjs';
import { ApiError, ConnectionError, RateLimitError, StreamError, textDeltas, toMessage } from '../../src/index.js';
import {
  finishChunk,
  type MarbleHelpers,
  MarblesError,
  roleChunk,
  runMarbles,
  textChunk,
  usageChunk,
} from '../../src/testing/index.js';

/** The error of a marble test that fails. */
function failureOf(test: (helpers: MarbleHelpers) => void): MarblesError {
  try {
    runMarbles(test);
  } catch (error) {
    if (error instanceof MarblesError) {
      return error;
    }
    throw error;
  }
  throw new Error('The marble test passed');
}

/** Whether a stream of one value counts as another. */
function isSame(actual: unknown, expected: unknown): boolean {
  try {
    runMarbles(({ expectObservable }) => {
      expectObservable(of(actual)).toBe('(x|)', { x: expected });
    });
    return true;
  } catch {
    return false;
  }
}

/** Whether an error counts as what was expected. */
function isSameError(actual: unknown, expected: unknown): boolean {
  try {
    runMarbles(({ expectObservable }) => {
      expectObservable(throwError(() => actual)).toBe('#', {}, expected);
    });
    return true;
  } catch {
    return false;
  }
}

it('runs in virtual time and gives every helper of rxjs', () => {
  runMarbles(({ cold, hot, time, animate, flush, expectObservable, expectSubscriptions }) => {
    const source = cold('-a-b|');
    const sourceSubs = ' ---^---!';
    const other = hot('  --c');

    animate('-----x');
    expectObservable(timer(time('---|')).pipe(delay(3_600_000))).toBe('3600003ms (x|)', { x: 0 });
    expectObservable(source, '---^').toBe('----a-b|');
    expectObservable(other).toBe('--c');
    flush();
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  });
});

it('runs what waits for animation frames, once they are animated', () => {
  runMarbles(({ cold, animate, expectObservable }) => {
    animate('            ---x---x---x');
    const source = cold('-ab-c--|');
    const expected = '   ---(ab)c---|';

    expectObservable(source.pipe(observeOn(animationFrameScheduler))).toBe(expected);
  });
});

it('gives its scheduler, for what does not follow virtual time by itself', () => {
  runMarbles(({ cold, scheduler, expectObservable }) => {
    expectObservable(cold('a|').pipe(delay(3, scheduler))).toBe('---(a|)');
    expectObservable(cold('a|').pipe(observeOn(asyncScheduler))).toBe('a|');
    expect(scheduler.now()).toBe(0);
  });
});

describe('chunks', () => {
  it('makes a stream of chunks from a marble of text pieces', () => {
    runMarbles(({ chunks, expectObservable, expectSubscriptions }) => {
      const source = chunks('r-a-b-f|', { a: 'Hel', b: 'lo' });
      const sourceSubs = '   ^------!';
      const expected = '     --a-b--|';

      expectObservable(source.pipe(textDeltas())).toBe(expected, { a: 'Hel', b: 'lo' });
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('takes a letter for its own text, r for the role and f for the finish', () => {
    runMarbles(({ chunks, expectObservable }) => {
      const values = { r: roleChunk(), x: textChunk('x'), f: finishChunk() };

      expectObservable(chunks('r 5ms (xx)f|')).toBe('r 5ms (xx)f|', values);
    });
  });

  it('takes chunks as they are, and values before its own letters', () => {
    runMarbles(({ chunks, expectObservable }) => {
      const u = usageChunk({ prompt_tokens: 9 });
      const source = chunks('rfu|', { r: 'Hel', f: finishChunk('length'), u });

      expectObservable(source).toBe('rfu|', { r: textChunk('Hel'), f: finishChunk('length'), u });
    });
  });

  it('may fail, and be made into a message', () => {
    const lost = new ConnectionError('The connection was lost');
    runMarbles(({ chunks, expectObservable }) => {
      expectObservable(chunks('r-a#', {}, lost)).toBe('r-a#', { r: roleChunk(), a: textChunk('a') }, lost);
      const text = chunks('r-a-f|').pipe(
        toMessage(),
        map(({ content }) => content),
      );
      expectObservable(text).toBe('-----(a|)');
    });
  });

  it('refuses a value that is neither a text nor a chunk', () => {
    const test = ({ chunks }: MarbleHelpers): unknown => chunks('a|', { a: 1 as never });

    expect(() => runMarbles(test)).toThrow(new TypeError('values.a must be a string or a chunk, not 1'));
  });
});

describe('a difference', () => {
  it('is shown frame by frame, and marked', () => {
    const { message, expected, actual } = failureOf(({ cold, expectObservable }) => {
      expectObservable(cold('-a--b-|')).toBe('-a-b--|');
    });

    expect(message.split('\n')).toEqual([
      'The stream does not match its marbles. First difference: frame 3.',
      '',
      '   frame  expected  actual',
      '       1  "a"       "a"',
      '>      3  "b"       -',
      '>      4  -         "b"',
      '       6  complete  complete',
    ]);
    expect(expected).toBe('1  "a"\n3  "b"\n6  complete');
    expect(actual).toBe('1  "a"\n4  "b"\n6  complete');
  });

  it('inside a value is shown with its path', () => {
    const { message } = failureOf(({ chunks, expectObservable }) => {
      expectObservable(chunks('r-a')).toBe('r-a', { r: roleChunk(), a: textChunk('b') });
    });

    expect(message).toContain('First difference: frame 2.');
    expect(message).toContain('At choices[0].delta.content:\n  expected  "b"\n  actual    "a"');
  });

  it('of errors is shown with their class, kind and message', () => {
    const { message } = failureOf(({ cold, expectObservable }) => {
      const lost = new ConnectionError('The connection was lost');
      expectObservable(cold('-#', {}, lost)).toBe('-#', {}, new ConnectionError('No answer'));
    });

    expect(message).toContain('# ConnectionError (connection): No answer');
    expect(message).toContain('# ConnectionError (connection): The connection was lost');
    expect(message).toContain('At error.message:');
  });

  it('tells an error, a value and completion apart', () => {
    const { message } = failureOf(({ cold, expectObservable }) => {
      expectObservable(cold('abc', { a: 'error', b: 'b', c: 'c' })).toBe('ab|', { a: 'error', b: 'b' });
    });

    expect(message).toContain('>      2  complete  "c"');
    expect(failureOf(({ expectObservable }) => expectObservable(of('error')).toBe('(#|)')).message).toContain(
      '>      0  # "error"  "error"',
    );
  });

  it('late in a long stream is shown with what is around it', () => {
    const { message } = failureOf(({ cold, expectObservable }) => {
      expectObservable(cold('abcdefghijklmnopqrstuvwxyz')).toBe('abcdefgh0jklmnopqrstuvwxyz');
    });

    expect(message).toContain('… 4 equal lines');
    expect(message).toContain('>      8  "0"       "i"');
    expect(message).toContain('… 2 more lines');
    expect(message).not.toContain('"a"');
  });

  it('of subscriptions is shown one by one', () => {
    const { message, expected, actual } = failureOf(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('---|');
      expectObservable(source);
      expectObservable(source, '-^!');
      expectObservable(concat(source, NEVER));
      expectSubscriptions(source.subscriptions).toBe(['^--!', '-^-!']);
    });

    expect(message.split('\n')).toEqual([
      'The subscriptions do not match their marbles. First difference: subscription 2.',
      '',
      '   number  expected  actual',
      '        1  ^ 0  ! 3  ^ 0  ! 3',
      '>       2  ^ 1  ! 3  ^ 0  ! 3',
      '>       3  -         ^ 1  ! 2',
    ]);
    expect(expected).toContain('^ 1  ! 3');
    expect(actual).toContain('^ 1  ! 2');
  });

  it('of a subscription that never ends says so', () => {
    const { message } = failureOf(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-');
      expectObservable(source);
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });

    expect(message).toContain('^ 0  ! 2  ^ 0  ! never');
  });

  it('names the line of the expectation, not the end of the test', () => {
    const { stack } = failureOf(({ expectObservable }) => {
      expectObservable(EMPTY).toBe('|');
      function expectHere(): void {
        expectObservable(of('a')).toBe('(b|)');
      }
      expectObservable(NEVER);
      expectHere();
    });

    expect(stack).toMatch(/^MarblesError: The stream does not match/u);
    expect(/\n {4}at .*/u.exec(stack!)?.[0]).toContain('expectHere');
  });

  it('between two streams is found, too', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('-a-|')).toEqual(cold('-a-|'));
    });
    const { message } = failureOf(({ cold, expectObservable }) => {
      expectObservable(cold('-a-|')).toEqual(cold('-a|'));
    });

    expect(message).toContain('First difference: frame 2.');
  });

  it('of streams inside a stream is found, too', () => {
    const inner = (marbles: string): ((helpers: MarbleHelpers) => void) => {
      return ({ cold, expectObservable }) => {
        const x = cold('-a|');
        expectObservable(cold('-x|', { x })).toBe('-y|', { y: cold(marbles) });
      };
    };

    runMarbles(inner('-a|'));
    expect(failureOf(inner('-b|')).message).toContain('At [0].notification.value:');
  });
});

describe('values', () => {
  const self: { self?: unknown } = {};
  self.self = self;
  const twin: { self?: unknown } = {};
  twin.self = twin;

  it.each<readonly [string, unknown, unknown]>([
    ['lists', [1, [2, NaN]], [1, [2, NaN]]],
    ['objects with fields in another order', { a: 1, b: { c: null } }, { b: { c: null }, a: 1 }],
    ['objects of which one has an undefined field', { a: 1, b: undefined }, { a: 1 }],
    ['maps', new Map([['a', { b: 1 }]]), new Map([['a', { b: 1 }]])],
    ['sets', new Set([1, 2]), new Set([1, 2])],
    ['bytes', Uint8Array.of(1, 2), Uint8Array.of(1, 2)],
    ['headers', new Headers({ A: '1' }), new Headers({ a: '1' })],
    ['dates', new Date(5), new Date(5)],
    ['objects that hold themselves', self, twin],
    ['a value and a matcher', { a: 'Hello', b: [1] }, { a: expect.any(String), b: expect.arrayContaining([1]) }],
    ['an error and a matcher', new Error('a'), expect.any(Error)],
    ['errors', new Error('a'), new Error('a')],
  ])('of equal content are equal: %s', (_, actual, expected) => {
    expect(isSame(actual, expected)).toBe(true);
  });

  it.each<readonly [string, unknown, unknown]>([
    ['a number and its text', 1, '1'],
    ['null and undefined', null, undefined],
    ['null and an object', null, {}],
    ['zeros of other signs', 0, -0],
    ['lists of other lengths', [1, undefined], [1]],
    ['a list and an object', ['a'], { 0: 'a' }],
    ['a field that is missing', {}, { a: 1 }],
    ['a field too many', { a: 1 }, {}],
    ['a field that only objects in general have', { toString: 1 }, {}],
    ['a field named as what every object has', {}, { constructor: Object }],
    ['maps', new Map([['a', 1]]), new Map([['a', 2]])],
    ['sets', new Set([1]), new Set([1, 2])],
    ['bytes', Uint8Array.of(1, 2), Uint8Array.of(1, 3)],
    ['headers', new Headers({ a: '1' }), new Headers({ a: '2' })],
    ['dates', new Date(5), new Date(6)],
    ['patterns', /a/u, /b/u],
    ['functions', () => 1, () => 1],
    ['a matcher that does not match', 1, expect.any(String)],
    ['an error and its message', new Error('a'), 'a'],
    ['an object and an error', { name: 'Error', message: 'a' }, new Error('a')],
  ])('of other content differ: %s', (_, actual, expected) => {
    expect(isSame(actual, expected)).toBe(false);
  });
});

describe('errors', () => {
  const busy = new RateLimitError('429 Slow down', { status: 429, retryable: true, retryAfter: 400 });
  const truncated = new StreamError('Cut', { kind: 'truncated', retryable: true });

  it.each<readonly [string, unknown, unknown]>([
    ['of one class, kind and message', busy, new RateLimitError('429 Slow down', { status: 429, retryable: false })],
    ['with the fields that were named', busy, { name: 'RateLimitError', retryAfter: 400 }],
    ['that a matcher takes', busy, expect.objectContaining({ kind: 'rate_limit' })],
    ['that are no objects', 'broken', 'broken'],
    ['of the language', new RangeError('a'), new RangeError('a')],
  ])('%s are equal', (_, actual, expected) => {
    expect(isSameError(actual, expected)).toBe(true);
  });

  it.each<readonly [string, unknown, unknown]>([
    ['of another class', busy, new ApiError('429 Slow down', { kind: 'rate_limit', status: 429, retryable: true })],
    ['of another kind', truncated, new StreamError('Cut', { kind: 'provider', retryable: true })],
    ['with another message', busy, new RateLimitError('429', { status: 429, retryable: true })],
    ['with a field unlike the named one', busy, { name: 'RateLimitError', retryAfter: 401 }],
    ['of the language, of another class', new RangeError('a'), new Error('a')],
    ['where a text is expected', busy, '429 Slow down'],
  ])('%s differ', (_, actual, expected) => {
    expect(isSameError(actual, expected)).toBe(false);
  });
});

it('passes on what a test throws', () => {
  const error = new Error('broken');

  expect(() =>
    runMarbles(() => {
      throw error;
    }),
  ).toThrow(error);
});

it.each<readonly [string, unknown, string]>([
  ['no function', 5, 'The test of runMarbles must be a function, not 5'],
  ['an async function', () => Promise.resolve(), 'The test of runMarbles must be a plain function, since promises'],
])('refuses %s', (_, test, message) => {
  expect(() => runMarbles(test as () => void)).toThrow(TypeError);
  expect(() => runMarbles(test as () => void)).toThrow(message);
});
