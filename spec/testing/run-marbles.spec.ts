import {
  animationFrameScheduler,
  asyncScheduler,
  concat,
  delay,
  EMPTY,
  filter,
  from,
  map,
  merge,
  NEVER,
  observeOn,
  of,
  throwError,
  timer,
} from 'rxjs';
import {
  ApiError,
  ConnectionError,
  createClient,
  RateLimitError,
  retryTransient,
  StreamError,
  textDeltas,
  throttleRender,
  toMessage,
} from '../../src/index.js';
import {
  fakeClient,
  fakeTransport,
  finishChunk,
  type MarbleHelpers,
  MarblesError,
  responseCreated,
  responseEnd,
  responseRefusalDelta,
  responseTextDelta,
  roleChunk,
  runMarbles,
  textChunk,
  usageChunk,
} from '../../src/testing/index.js';

/** Returns the error of a failing marble test. */
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

/** Returns whether a stream of one value equals another. */
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

/** Returns whether an error equals the expected one. */
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

describe('runMarbles', () => {
  it('runs in virtual time with every helper of rxjs', () => {
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

  it('compares every expectation again after a flush that failed', () => {
    const failure = 'First difference: frame 0';
    const test = (): void =>
      runMarbles(({ cold, flush, expectObservable, expectSubscriptions }) => {
        const source = cold('  a|');
        const sourceSubs = '   ^!';

        expectObservable(source).toBe('b|');
        expectSubscriptions(source.subscriptions).toBe(sourceSubs);
        expect(flush).toThrow(failure);
        expect(flush).toThrow(failure);
      });

    expect(test).toThrow(failure);
  });

  it('runs animation frames with animate()', () => {
    runMarbles(({ cold, animate, expectObservable }) => {
      animate('            ---x---x---x');
      const source = cold('-ab-c--|');
      const expected = '   ---(ab)c---|';

      expectObservable(source.pipe(observeOn(animationFrameScheduler))).toBe(expected);
    });
  });

  describe('throttleRender()', () => {
    const withFrames = (test: () => void): void => {
      const { requestAnimationFrame } = globalThis as Partial<typeof globalThis>;
      globalThis.requestAnimationFrame = () => 0;
      try {
        test();
      } finally {
        Object.assign(globalThis, { requestAnimationFrame });
      }
    };

    it.each([
      ['without animation frames', (test: () => void) => test()],
      ['with animation frames', withFrames],
    ])('has the same frames in a runtime %s', (_title, run) => {
      run(() => {
        runMarbles(({ cold, expectObservable }) => {
          expectObservable(cold('abc 20ms d|').pipe(throttleRender())).toBe('a 15ms c 7ms (d|)');
        });
        runMarbles(({ animate, cold, expectObservable }) => {
          animate('            ----x-----x');
          const source = cold('ab-c---d-----|');

          expectObservable(source.pipe(throttleRender())).toBe('a---c-----d--|');
        });
      });
    });
  });

  it('halves the random pause of a retry, also of an operator that was created before', () => {
    const lost = new ConnectionError('The connection was lost');
    const retry = retryTransient<never>({ initialDelay: 100 });

    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold<never>('#', undefined, lost).pipe(retry)).toBe('150ms #', undefined, lost);
    });
  });

  describe('at', () => {
    it('emits many values at one frame, without moving what follows', () => {
      runMarbles(({ at, cold, expectObservable }) => {
        const source = merge(cold('a-b|'), of('x', 'y', 'z'));

        expectObservable(source).toEqual(merge(at(0, 'x', 'y', 'z', 'a'), at(2, 'b'), at<string>(3)));
      });
    });

    it('shows what differs', () => {
      const { message } = failureOf(({ at, expectObservable }) => {
        expectObservable(of('x', 'y')).toEqual(at(0, 'x', 'z'));
      });

      expect(message).toContain('>      0  "z"       "y"');
    });

    it.each([-1, 0.5, NaN])('refuses frame %s', (frame) => {
      runMarbles(({ at }) => {
        expect(() => at(frame)).toThrow(new TypeError(`frame must be a whole number, 0 or more, not ${frame}`));
      });
    });
  });

  describe('a promise', () => {
    const hint = /waits for a promise, which never settles in virtual time/u;

    it('is named as the cause of a missing value', () => {
      const { message } = failureOf(({ expectObservable }) => {
        expectObservable(from(Promise.resolve('a'))).toBe('(a|)');
      });

      expect(message).toMatch(hint);
    });

    it('is named if a key is one', () => {
      const { message } = failureOf(({ chunks, expectObservable }) => {
        const transport = fakeTransport({ body: chunks('a-f|') });
        const apiKey = (): Promise<string> => Promise.resolve('key');
        const client = createClient({ baseURL: 'http://server.test/v1', transport, apiKey });
        const text = client.chat({ model: 'small', messages: [{ role: 'user', content: 'Hi' }] }).pipe(textDeltas());

        expectObservable(text).toBe('a-|');
      });

      expect(message).toMatch(hint);
    });

    it('is not named if values are there but differ, or nothing waits for one', () => {
      const differing = failureOf(({ expectObservable }) => {
        void Promise.resolve().then(() => undefined);
        expectObservable(of('a')).toBe('(b|)');
      });
      const missing = failureOf(({ expectObservable }) => {
        void Promise.resolve();
        expectObservable(NEVER).toBe('a');
      });

      expect(`${differing.message}${missing.message}`).not.toMatch(hint);
    });

    it('has its own then after the test', () => {
      const descriptor = (): unknown => Object.getOwnPropertyDescriptor(Promise.prototype, 'then');
      const before = descriptor();

      runMarbles(() => undefined);

      expect(descriptor()).toEqual(before);
    });
  });

  it('passes its scheduler to the test', () => {
    runMarbles(({ cold, scheduler, expectObservable }) => {
      expectObservable(cold('a|').pipe(delay(3, scheduler))).toBe('---(a|)');
      expectObservable(cold('a|').pipe(observeOn(asyncScheduler))).toBe('a|');
      expect(scheduler.now()).toBe(0);
    });
  });

  describe('chunks', () => {
    it('creates a stream of text chunks', () => {
      runMarbles(({ chunks, expectObservable, expectSubscriptions }) => {
        const source = chunks('r-a-b-f|', { a: 'Hel', b: 'lo' });
        const sourceSubs = '   ^------!';
        const expected = '     --a-b--|';

        expectObservable(source.pipe(textDeltas())).toBe(expected, { a: 'Hel', b: 'lo' });
        expectSubscriptions(source.subscriptions).toBe(sourceSubs);
      });
    });

    it('uses a letter without a value as text, r as the role and f as the finish', () => {
      runMarbles(({ chunks, expectObservable }) => {
        const values = { r: roleChunk(), x: textChunk('x'), f: finishChunk() };

        expectObservable(chunks('r 5ms (xx)f|')).toBe('r 5ms (xx)f|', values);
      });
    });

    it('accepts chunks as values, also for r and f', () => {
      runMarbles(({ chunks, expectObservable }) => {
        const u = usageChunk({ prompt_tokens: 9 });
        const source = chunks('rfu|', { r: 'Hel', f: finishChunk('length'), u });

        expectObservable(source).toBe('rfu|', { r: textChunk('Hel'), f: finishChunk('length'), u });
      });
    });

    it('can fail, and can be accumulated to a message', () => {
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

    it('creates a stream of response events if a value is one', () => {
      runMarbles(({ chunks, expectObservable }) => {
        const values = { a: 'Hel', b: responseTextDelta('lo', { number: 3 }) };
        const events = { r: responseCreated(), a: responseTextDelta('Hel'), b: values.b, f: responseEnd() };

        expectObservable(chunks('r-a-b-f|', values)).toBe('r-a-b-f|', events);
        expectObservable(chunks('rxf|', { f: responseEnd('x') })).toBe('rxf|', {
          ...{ r: responseCreated(), x: responseTextDelta('x'), f: responseEnd('x') },
        });
      });
    });

    it('can be the reply to a request for a response', () => {
      runMarbles(({ chunks, expectObservable }) => {
        const client = fakeClient(chunks('r-a-b-f---', { a: 'Hel', b: 'lo', f: responseEnd('Hello') }));
        const text = client.responses({ input: 'Hi' }).pipe(
          filter((event) => event.type === 'response.output_text.delta'),
          map(({ delta }) => delta),
        );

        expectObservable(text).toBe('--a-b-|', { a: 'Hel', b: 'lo' });
      });
    });

    it('refuses a chunk among response events', () => {
      const test = ({ chunks }: MarbleHelpers): unknown => chunks('ab|', { a: textChunk('a'), b: responseEnd() });

      expect(() => runMarbles(test)).toThrow(new TypeError('values.a must be a string or an event, not an object'));
    });

    it('refuses a value that is neither a string nor a chunk', () => {
      const test = ({ chunks }: MarbleHelpers): unknown => chunks('a|', { a: 1 as never });

      expect(() => runMarbles(test)).toThrow(new TypeError('values.a must be a string or a chunk, not 1'));
    });
  });

  describe('a difference', () => {
    it('is marked in a table of frames', () => {
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

    it('of response events is shown with their types', () => {
      const { message } = failureOf(({ chunks, expectObservable }) => {
        const values = { a: responseTextDelta('Hel'), b: responseRefusalDelta('No') };
        expectObservable(chunks('-a-b|', values)).toBe('-a-b|', { ...values, b: responseTextDelta('lo') });
      });

      expect(message).toContain(
        '>      3  response.output_text.delta { delta: "lo", logprobs: [], ite…  response.refusal.delta { delta: "No", item_id: "msg_0", out…',
      );
      expect(message).toContain(
        'At type:\n  expected  "response.output_text.delta"\n  actual    "response.refusal.delta"',
      );
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

    it('of an error that was not expected is shown with its whole message', () => {
      const advice = 'textDeltas() reads chunks, not a string; put it directly on the request, and not elsewhere';
      const { message } = failureOf(({ cold, expectObservable }) => {
        expectObservable(cold('-#', {}, new TypeError(advice))).toBe('-a');
      });

      expect(message).toContain(`>      1  "a"       # TypeError: ${advice}`);
    });

    it('between a value, an error and completion is found', () => {
      const { message } = failureOf(({ cold, expectObservable }) => {
        expectObservable(cold('abc', { a: 'error', b: 'b', c: 'c' })).toBe('ab|', { a: 'error', b: 'b' });
      });

      expect(message).toContain('>      2  complete  "c"');
      expect(failureOf(({ expectObservable }) => expectObservable(of('error')).toBe('(#|)')).message).toContain(
        '>      0  # "error"  "error"',
      );
    });

    it('late in a long stream is shown with the lines around it', () => {
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

    it('of a subscription that never ends is shown as never', () => {
      const { message } = failureOf(({ cold, expectObservable, expectSubscriptions }) => {
        const source = cold('-');
        expectObservable(source);
        expectSubscriptions(source.subscriptions).toBe('^-!');
      });

      expect(message).toContain('^ 0  ! 2  ^ 0  ! never');
    });

    it('has the stack of the expectation, not of the end of the test', () => {
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

    it('between two streams is found', () => {
      runMarbles(({ cold, expectObservable }) => {
        expectObservable(cold('-a-|')).toEqual(cold('-a-|'));
      });
      const { message } = failureOf(({ cold, expectObservable }) => {
        expectObservable(cold('-a-|')).toEqual(cold('-a|'));
      });

      expect(message).toContain('First difference: frame 2.');
    });

    it('between streams inside a stream is found', () => {
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
      ['objects, one of them with an undefined field', { a: 1, b: undefined }, { a: 1 }],
      ['maps', new Map([['a', { b: 1 }]]), new Map([['a', { b: 1 }]])],
      ['sets', new Set([1, 2]), new Set([1, 2])],
      ['bytes', Uint8Array.of(1, 2), Uint8Array.of(1, 2)],
      ['headers', new Headers({ A: '1' }), new Headers({ a: '1' })],
      ['dates', new Date(5), new Date(5)],
      ['objects that contain themselves', self, twin],
      ['a value and a matcher', { a: 'Hello', b: [1] }, { a: expect.any(String), b: expect.arrayContaining([1]) }],
      ['an error and a matcher', new Error('a'), expect.any(Error)],
      ['errors', new Error('a'), new Error('a')],
    ])('are equal: %s', (_, actual, expected) => {
      expect(isSame(actual, expected)).toBe(true);
    });

    it.each<readonly [string, unknown, unknown]>([
      ['a number and a string', 1, '1'],
      ['null and undefined', null, undefined],
      ['null and an object', null, {}],
      ['zeros with different signs', 0, -0],
      ['lists of different lengths', [1, undefined], [1]],
      ['a list and an object', ['a'], { 0: 'a' }],
      ['a missing field', {}, { a: 1 }],
      ['an extra field', { a: 1 }, {}],
      ['an own field named like one of Object.prototype', { toString: 1 }, {}],
      ['a missing field named like one of Object.prototype', {}, { constructor: Object }],
      ['maps', new Map([['a', 1]]), new Map([['a', 2]])],
      ['sets', new Set([1]), new Set([1, 2])],
      ['bytes', Uint8Array.of(1, 2), Uint8Array.of(1, 3)],
      ['headers', new Headers({ a: '1' }), new Headers({ a: '2' })],
      ['dates', new Date(5), new Date(6)],
      ['regular expressions', /a/u, /b/u],
      ['functions', () => 1, () => 1],
      ['a matcher that does not match', 1, expect.any(String)],
      ['an error and its message', new Error('a'), 'a'],
      ['an object and an error', { name: 'Error', message: 'a' }, new Error('a')],
    ])('differ: %s', (_, actual, expected) => {
      expect(isSame(actual, expected)).toBe(false);
    });
  });

  describe('errors', () => {
    const busy = new RateLimitError('429 Slow down', { status: 429, retryable: true, retryAfter: 400 });
    const truncated = new StreamError('Cut', { kind: 'truncated', retryable: true });

    it.each<readonly [string, unknown, unknown]>([
      [
        'of the same class, kind and message',
        busy,
        new RateLimitError('429 Slow down', { status: 429, retryable: false }),
      ],
      ['with the fields of a plain object', busy, { name: 'RateLimitError', retryAfter: 400 }],
      ['that match a matcher', busy, expect.objectContaining({ kind: 'rate_limit' })],
      ['that are strings', 'broken', 'broken'],
      ['of a built-in class', new RangeError('a'), new RangeError('a')],
    ])('%s are equal', (_, actual, expected) => {
      expect(isSameError(actual, expected)).toBe(true);
    });

    it.each<readonly [string, unknown, unknown]>([
      ['of another class', busy, new ApiError('429 Slow down', { kind: 'rate_limit', status: 429, retryable: true })],
      ['of another kind', truncated, new StreamError('Cut', { kind: 'provider', retryable: true })],
      ['with another message', busy, new RateLimitError('429', { status: 429, retryable: true })],
      ['with another value in a field of a plain object', busy, { name: 'RateLimitError', retryAfter: 401 }],
      ['of another built-in class', new RangeError('a'), new Error('a')],
      ['and strings', busy, '429 Slow down'],
    ])('%s differ', (_, actual, expected) => {
      expect(isSameError(actual, expected)).toBe(false);
    });
  });

  it('throws the error of the test', () => {
    const error = new Error('broken');

    expect(() =>
      runMarbles(() => {
        throw error;
      }),
    ).toThrow(error);
  });

  it.each<readonly [string, unknown, string]>([
    ['a test that is a number', 5, 'The test of runMarbles must be a function, not 5'],
    ['an async test', () => Promise.resolve(), 'The test of runMarbles must not be async: promises'],
  ])('refuses %s', (_, test, message) => {
    expect(() => runMarbles(test as () => void)).toThrow(TypeError);
    expect(() => runMarbles(test as () => void)).toThrow(message);
  });
});
