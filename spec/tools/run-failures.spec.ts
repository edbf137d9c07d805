import { concat, EMPTY, filter, map, NEVER, Observable, of, throwError } from 'rxjs';
import * as z from 'zod/mini';
import { type RunnableTool, tool, type ToolRunEvent } from '../../src/index.js';
import { runMarbles } from '../support/run-marbles.js';
import { type CommonConfig, everyApi, linesOf, toolOf } from './run-over.js';

type Failure = Extract<ToolRunEvent, { readonly type: 'failure' }>;
type Result = Extract<ToolRunEvent, { readonly type: 'result' }>;

describe.each(everyApi)('a call of a tool over $api', (over) => {
  const { clientOf, itemsOf, answerTo } = over;

  /** How one call of a tool ended, and what the model was told. */
  function ending(
    run: (() => unknown) | RunnableTool,
    config: Partial<CommonConfig> = {},
    args = '{}',
  ): Failure | Result | undefined {
    const client = clientOf([{ name: 'f', arguments: args }], 'Fine');
    let ended: Failure | Result | undefined;
    let turns = 0;
    const tools = [typeof run === 'function' ? toolOf('f', run) : run];
    over.runTools(client, { tools, ...config }).subscribe((event) => {
      if (event.type === 'failure' || event.type === 'result') {
        ended = event;
      } else if (event.type === 'turn') {
        turns += 1;
      }
    });
    if (turns === 2) {
      expect(itemsOf(client.requests[1]!.request).at(-1)).toEqual(answerTo('f', ended!.content));
    }
    return ended;
  }

  describe('has as its result', () => {
    const date = new Date(0);

    it.each<[string, () => unknown, unknown, string]>([
      ['a string as it is', () => 'sunny', 'sunny', 'sunny'],
      ['an empty string', () => '', '', ''],
      ['a number', () => 12, 12, '12'],
      ['a list', () => ['a', 'b'], ['a', 'b'], '["a","b"]'],
      ['an object with toJSON', () => date, date, '"1970-01-01T00:00:00.000Z"'],
      ['null for undefined', () => undefined, null, 'null'],
      ['the last value of an Observable', () => of(1, 2, { a: 3 }), { a: 3 }, '{"a":3}'],
      ['null for an Observable without a value', () => EMPTY, null, 'null'],
      ['null for an Observable of undefined', () => of(1, undefined), null, 'null'],
    ])('%s', (_title, run, value, content) => {
      expect(ending(run)).toMatchObject({ type: 'result', value, content });
    });

    it('what another copy of rxjs emits', () => {
      const subscribe = (observer: { next(value: unknown): void; complete(): void }): object => {
        observer.next('a');
        observer.next('b');
        observer.complete();
        return { unsubscribe: () => undefined };
      };
      const foreign = { [(Symbol as { observable?: symbol }).observable ?? '@@observable']: () => ({ subscribe }) };

      expect(ending(() => foreign)).toMatchObject({ type: 'result', content: 'b' });
    });
  });

  describe('fails as thrown', () => {
    const failure = new Error('No such city');
    const circle: unknown[] = [];
    circle.push(circle);
    const broken = {
      toJSON: () => {
        throw failure;
      },
    };

    it.each<[string, () => unknown]>([
      [
        'throws',
        () => {
          throw failure;
        },
      ],
      ['errors', () => throwError(() => failure)],
      [
        'errors after a value',
        () =>
          concat(
            of(1),
            throwError(() => failure),
          ),
      ],
      ['has a result whose toJSON throws', () => broken],
    ])('if it %s, and tells the message', (_title, run) => {
      expect(ending(run)).toMatchObject({ type: 'failure', reason: 'thrown', error: failure, content: 'No such city' });
    });

    it.each<[string, () => unknown]>([
      ['a function', () => () => 1],
      ['a symbol', () => Symbol('a')],
      ['a bigint', () => 1n],
      ['a circle', () => circle],
    ])('if its result is %s, which has no JSON', (_title, run) => {
      expect(ending(run)).toMatchObject({ type: 'failure', reason: 'thrown', error: expect.any(TypeError) });
    });

    it.each<[string, unknown, string]>([
      ['a string', 'No such city', 'No such city'],
      ['undefined', undefined, 'The tool "f" failed'],
      ['an error without a message', new Error(), 'The tool "f" failed'],
      ['an object', { code: 7 }, 'The tool "f" failed'],
    ])('and tells what it can of %s', (_title, thrown, content) => {
      expect(ending(() => throwError(() => thrown))).toMatchObject({ reason: 'thrown', error: thrown, content });
    });

    it('and tells no more of a message than of a result', () => {
      const config = { resultCharacters: 5 };

      expect(ending(() => throwError(() => failure), config)).toMatchObject({ reason: 'thrown', content: 'No su' });
    });
  });

  it('fails as too large with a result that is longer than resultCharacters', () => {
    expect(ending(() => '12345', { resultCharacters: 5 })).toMatchObject({ type: 'result' });
    expect(ending(() => '123456', { resultCharacters: 5 })).toMatchObject({
      reason: 'too_large',
      content: 'The result of the tool "f" is too long: 6 characters, the limit is 5',
    });
    expect(ending(() => 'x'.repeat(1_000_000))).toMatchObject({ type: 'result' });
    expect(ending(() => 'x'.repeat(1_000_001))).toMatchObject({ reason: 'too_large' });
  });

  it('converts its result to JSON once', () => {
    const toJSON = jest.fn(() => 'x');

    expect(ending(() => ({ toJSON }))).toMatchObject({ content: '"x"' });
    expect(toJSON).toHaveBeenCalledTimes(1);
  });

  describe('fails as invalid', () => {
    const parameters = z.object({ list: z.array(z.object({ city: z.string() })) });
    const never = jest.fn();
    const approve = jest.fn(() => true);
    const f = tool({ name: 'f', parameters, run: never });

    it('with arguments that do not fit, and tells where and why, without asking for approval', () => {
      expect(ending(f, { approve }, '{"list":[{"city":"a"},{"city":1},{}]}')).toMatchObject({
        reason: 'invalid',
        content: expect.stringMatching(
          /^The arguments of the tool "f" are invalid:\n- list\[1\]\.city: Invalid.*\n- list\[2\]\.city: Invalid.*$/u,
        ),
      });
      expect(ending(f, { approve }, '[]')).toMatchObject({ content: expect.stringMatching(/:\n- Invalid/u) });
      expect(never).not.toHaveBeenCalled();
      expect(approve).not.toHaveBeenCalled();
    });

    it('with arguments that are not JSON', () => {
      expect(ending(f, {}, '{"list":')).toMatchObject({
        reason: 'invalid',
        content: 'The arguments of the tool "f" are invalid:\n- The arguments are not valid JSON',
      });
    });

    it.each(['{"list":[]}{"list":[]}', '{"list":[]}}', '{"list":[]}</tool_call>'])(
      'with arguments that go on after their JSON, %s',
      (text) => {
        const client = clientOf(
          [
            { name: 'f', arguments: text, id: 'a' },
            { name: 'f', arguments: '{"list":[]}', id: 'b' },
          ],
          'Fine',
        );

        expect(linesOf(over.runTools(client, { tools: [toolOf('f', () => 'x')] }))).toEqual([
          ...['0 call a', '0 call b', '0 invalid a', '0 start b', '0 result b x', '0 turn', '1 turn', 'complete'],
        ]);
        expect(itemsOf(client.requests[1]!.request).slice(-2)).toEqual([
          answerTo('a', 'The arguments of the tool "f" are invalid:\n- The arguments are not valid JSON'),
          answerTo('b', 'x'),
        ]);
        expect(JSON.stringify(itemsOf(client.requests[1]!.request))).not.toContain(JSON.stringify(text));
        const { call } = ending(f, {}, text)!;
        expect(call).toMatchObject({ arguments: text, complete: true });
        expect(Object.isFrozen(call)).toBe(true);
      },
    );

    it('and tells at most 20 issues', () => {
      const list = JSON.stringify({ list: Array.from({ length: 25 }, () => ({})) });
      const { content } = ending(f, {}, list) as Failure;

      expect(content.split('\n')).toHaveLength(22);
      expect(content).toMatch(/\n- and 5 more$/u);
    });

    it('if the schema throws, and keeps the error from the model', () => {
      const error = new Error('secret');
      const validate = (): never => {
        throw error;
      };
      const schema = {
        '~standard': { version: 1, vendor: 'x', validate, jsonSchema: { input: () => ({ type: 'object' }) } },
      } as const;

      expect(ending(tool({ name: 'f', parameters: schema, run: never }))).toMatchObject({
        reason: 'invalid',
        error,
        content: 'The arguments of the tool "f" could not be checked',
      });
    });
  });

  describe('fails as denied', () => {
    const error = new Error('offline');
    const never = jest.fn();

    it.each<[string, NonNullable<CommonConfig['approve']>]>([
      ['is false', () => false],
      ['emits false', () => of(false, true)],
      ['emits nothing', () => EMPTY],
      ['is no boolean', () => 'true' as never],
      ['is not given', () => undefined as never],
    ])('if the approval %s', (_title, approve) => {
      expect(ending(never, { approve })).toMatchObject({
        reason: 'denied',
        content: 'The call of the tool "f" was denied',
      });
      expect(never).not.toHaveBeenCalled();
    });

    it.each<[string, NonNullable<CommonConfig['approve']>]>([
      [
        'throws',
        () => {
          throw error;
        },
      ],
      ['errors', () => throwError(() => error)],
    ])('if the approval %s, and keeps the error from the model', (_title, approve) => {
      expect(ending(never, { approve })).toMatchObject({
        reason: 'denied',
        error,
        content: 'The call of the tool "f" was denied',
      });
    });

    it('unless the first value of the approval is true', () => {
      const approve = jest.fn(() => concat(of(true), NEVER));

      expect(ending(() => 'x', { approve })).toMatchObject({ type: 'result' });
      expect(approve).toHaveBeenCalledWith(expect.objectContaining({ name: 'f', id: 'f' }), {
        turn: 0,
        signal: expect.any(AbortSignal),
      });
    });
  });

  it('fails as unknown if no tool has its name', () => {
    const client = clientOf([{ name: 'g' }, { name: '__proto__' }, { name: 'constructor' }], 'Fine');

    expect(linesOf(over.runTools(client, { tools: [toolOf('f', () => 1)] }))).toEqual([
      ...['0 call g', '0 call __proto__', '0 call constructor'],
      ...['0 unknown g', '0 unknown __proto__', '0 unknown constructor'],
      ...['0 turn', '1 turn', 'complete'],
    ]);
    expect(itemsOf(client.requests[1]!.request).at(-3)).toEqual(answerTo('g', 'There is no tool "g"'));
  });

  it('finds tools with the names of what every object has', () => {
    const tools = ['__proto__', 'constructor'].map((name) => toolOf(name, () => name));

    expect(linesOf(over.runTools(clientOf(['__proto__', 'constructor'], 'Fine'), { tools }))).toContain(
      '0 result __proto__ __proto__',
    );
  });

  it('answers a custom call that nobody knows in its own form', () => {
    const client = clientOf([{ name: 'sing', arguments: 'La', custom: true }], 'Fine');

    expect(linesOf(over.runTools(client, { tools: [] }))).toContain('0 unknown sing');
    expect(itemsOf(client.requests[1]!.request).at(-1)).toEqual(answerTo('sing', 'There is no tool "sing"', true));
  });

  describe('fails after its timeout', () => {
    it('and is unsubscribed before that is told, and aborted after', () => {
      const told: unknown[] = [];
      runMarbles(({ time }) => {
        const f = toolOf(
          'f',
          (_args, { signal }) =>
            new Observable((subscriber) => {
              signal.addEventListener('abort', () => {
                told.push('aborted');
                subscriber.error(new Error('aborted'));
              });
              return () => told.push(`torn down, ${signal.aborted ? 'aborted' : 'not aborted'}`);
            }),
        );
        over.runTools(clientOf(['f'], 'Fine'), { tools: [f], timeout: time('-----|') }).subscribe((event) => {
          if (event.type === 'failure') {
            told.push(event.reason, event.content);
          }
        });
      });

      expect(told).toEqual(['torn down, not aborted', 'aborted', 'timeout', 'The tool "f" took longer than 5 ms']);
    });

    it('which does not count its approval', () => {
      runMarbles(({ cold, expectObservable }) => {
        const run = over.runTools(clientOf(['f'], 'Fine'), {
          tools: [toolOf('f', () => cold('---(v|)'))],
          timeout: 4,
          approve: () => cold('----------t', { t: true }),
        });

        expectObservable(results(run)).toBe('-------------(r|)', { r: 'v' });
      });
    });

    it.each([Infinity, 2 ** 40])('but not at once if that is more than a timer holds, %p', (timeout) => {
      runMarbles(({ cold, expectObservable }) => {
        const tools = [toolOf('f', () => cold('2s (v|)'))];

        expectObservable(results(over.runTools(clientOf(['f'], 'Fine'), { tools, timeout }))).toBe('2s (r|)', {
          r: 'v',
        });
      });
    });
  });
});

/** The content of each result. */
function results(run: Observable<ToolRunEvent>): Observable<string> {
  return run.pipe(
    filter((event) => event.type === 'result'),
    map(({ content }) => content),
  );
}
