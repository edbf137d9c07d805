import { concat, EMPTY, from, NEVER, of, take, throwError } from 'rxjs';
import type { ToolCall } from '../../src/schemas/message.js';
import type { AnswerChunk } from '../../src/chunks/answer-chunk.js';
import { toolCalls } from '../../src/operators/tool-calls.js';
import { chatChunk, finishChunk, usageChunk } from '../support/chunks.js';
import { runMarbles } from '../support/run-marbles.js';

const call = (entry: object, index = 0): AnswerChunk => chatChunk({ tool_calls: [entry] }, { index });
const whole = (id: string, name: string): AnswerChunk => call({ id, function: { name, arguments: '{}' } });

const chunks = {
  r: chatChunk({ role: 'assistant', content: null }),
  a: call({ index: 0, id: 'c0', type: 'function', function: { name: 'f', arguments: '{"a"' } }),
  b: call({ index: 0, function: { arguments: ':1}' } }),
  s: call({ index: 1, id: 'c1', function: { name: 'g', arguments: '{}' } }),
  f: finishChunk('tool_calls'),
  l: finishChunk('length'),
  u: usageChunk(4, 5),
};
const calls: Record<string, ToolCall> = {
  c: { id: 'c0', type: 'function', name: 'f', arguments: '{"a":1}', complete: true, extra: {} },
  d: { id: 'c1', type: 'function', name: 'g', arguments: '{}', complete: true, extra: {} },
};

/** The names of the calls, and the error if there is one. */
function outcome(...source: readonly AnswerChunk[]): readonly unknown[] {
  const seen: unknown[] = [];
  from(source)
    .pipe(toolCalls())
    .subscribe({ next: ({ name }) => seen.push(name), error: (error: unknown) => seen.push(error) });
  return seen;
}

describe('toolCalls', () => {
  it('emits a call at the finish reason, and only once', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('r-a-b-f-u|', chunks);
      const sourceSubs = ' ^--------!';
      const expected = '   ------c--|';

      expectObservable(source.pipe(toolCalls())).toBe(expected, calls);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('emits all calls of an answer in order', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('a-s-b-f---u|', chunks).pipe(toolCalls())).toBe('------(cd)-|', calls);
    });
  });

  it('emits calls with closed arguments before completion if there is no finish reason', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('a-b-s-u|', chunks).pipe(toolCalls())).toBe('-------(cd|)', calls);
      expectObservable(cold('a---s-u|', chunks).pipe(toolCalls())).toBe('-------(d|)', calls);
    });
  });

  it.each(['length', 'content_filter', 'MAX_TOKENS', 'abort'])(
    'emits no calls of an answer that ended with %s',
    (reason) => {
      expect(outcome(chunks.a, chunks.b, finishChunk(reason), chunks.u)).toEqual([]);
    },
  );

  it('emits no calls of a stream that fails before the finish reason, and passes the error through', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('a-b-#', chunks).pipe(toolCalls())).toBe('----#');
      expectObservable(cold('a-b-f-#', chunks).pipe(toolCalls())).toBe('----c-#', calls);
    });
  });

  it('emits nothing if the source is empty, never emits or has no calls', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(NEVER.pipe(toolCalls())).toBe('-');
      expectObservable(EMPTY.pipe(toolCalls())).toBe('|');
      expectObservable(cold('r-f-u|', chunks).pipe(toolCalls())).toBe('-----|');
    });
  });

  it('unsubscribes from its source, and starts again with each subscription', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a-b-f|', chunks);
      const result = source.pipe(toolCalls());

      expectObservable(result, '^--!').toBe('  ----');
      expectObservable(result, '----^').toBe(' --------c|', calls);
      expectSubscriptions(source.subscriptions).toBe(['^--!', '----^----!']);
    });
  });

  it('stops a synchronous source when it is unsubscribed', () => {
    const seen: ToolCall[] = [];
    let more = false;
    concat(
      of(chunks.a, chunks.b, chunks.f),
      throwError(() => (more = true)),
    )
      .pipe(toolCalls(), take(1))
      .subscribe((item) => seen.push(item));

    expect(seen).toEqual([calls['c']]);
    expect(more).toBe(false);
  });

  it('emits calls that arrive with or after the finish reason once', () => {
    const last = chatChunk({ tool_calls: [{ id: 'c0', function: { name: 'f' } }] }, { finish_reason: 'stop' });

    expect(outcome(last)).toEqual(['f']);
    expect(outcome(finishChunk('stop'), whole('c0', 'f'), whole('c1', 'g'))).toEqual(['f', 'g']);
    expect(outcome(whole('c0', 'f'), finishChunk('stop'), finishChunk('stop'), whole('c1', 'g'))).toEqual(['f', 'g']);
  });

  it('waits for arguments that go on after the finish reason, as long as the stream does', () => {
    runMarbles(({ cold, expectObservable }) => {
      const half = { ...calls, c: { ...calls['c'], arguments: '{"a"' } as ToolCall };

      expectObservable(cold('a-s-f-b-u|', chunks).pipe(toolCalls())).toBe('----d----(c|)', calls);
      expectObservable(cold('a-f-b-f-u|', chunks).pipe(toolCalls())).toBe('---------(c|)', calls);
      expectObservable(cold('a-s-f-u|', chunks).pipe(toolCalls())).toBe('  ----d--(c|)', half);
      expectObservable(cold('a-f-#', chunks).pipe(toolCalls())).toBe('     ----#');
    });
  });

  it('separates calls without index and id, and generates ids', () => {
    const seen: string[] = [];
    of(call({ function: { name: 'f', arguments: '{}' } }), call({ function: { name: 'f', arguments: '{}' } }), chunks.f)
      .pipe(toolCalls())
      .subscribe(({ id }) => seen.push(id));

    expect(seen).toEqual(['call_0_0', 'call_0_1']);
  });

  it('reads one of several choices that finish separately', () => {
    runMarbles(({ cold, expectObservable }) => {
      const both = { ...chunks, x: call({ id: 'c1', function: { name: 'g' } }, 1), y: finishChunk('tool_calls', 1) };

      expectObservable(cold('axb-y-f|', both).pipe(toolCalls())).toBe(' ------c|', calls);
      expectObservable(cold('axb-y-f|', both).pipe(toolCalls(1))).toBe('----d--|', calls);
    });
  });

  it('errors with LimitError for more calls than allowed', () => {
    const seen: unknown[] = [];
    of(whole('c0', 'f'), whole('c1', 'g'))
      .pipe(toolCalls(0, { toolCalls: 1 }))
      .subscribe({ error: (error: unknown) => seen.push(error) });

    expect(seen).toMatchObject([{ name: 'LimitError', limit: 'toolCalls', maximum: 1 }]);
  });

  it.each([
    [[-1], 'choice must be a whole number, 0 or more'],
    [[0, { toolCalls: 0 }], 'toolCalls must be a whole number, 1 or more, or Infinity, not 0'],
    [[0, 128], 'The configuration of toolCalls must be an object, not 128'],
  ])('rejects %j', (parameters, message) => {
    expect(() => toolCalls(...(parameters as [number]))).toThrow(new TypeError(message));
  });
});
