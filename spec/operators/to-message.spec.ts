import { EMPTY, from, NEVER, throwError } from 'rxjs';
import type { Message } from '../../src/schemas/message.js';
import { StreamError } from '../../src/errors/stream-error.js';
import { toMessage } from '../../src/operators/to-message.js';
import { chatChunk, finishChunk } from '../support/chunks.js';
import { runMarbles } from '../support/run-marbles.js';

const chunks = {
  r: chatChunk({ role: 'assistant', content: '' }),
  a: chatChunk({ content: 'Hel' }),
  b: chatChunk({ content: 'lo' }),
  f: finishChunk(),
};
const finished: Message = {
  id: 'chat-1',
  model: 'm-1',
  role: 'assistant',
  content: 'Hello',
  reasoning: '',
  refusal: '',
  toolCalls: [],
  finishReason: 'stop',
  extra: {},
};

describe('toMessage', () => {
  it('emits the finished message at completion', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('r-a-b-f|   ', chunks);
      const sourceSubs = ' ^------!   ';
      const expected = '   -------(x|)';

      expectObservable(source.pipe(toMessage())).toBe(expected, { x: finished });
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('emits an empty message for an empty source, and waits for one that never emits', () => {
    runMarbles(({ expectObservable }) => {
      const empty: Message = { ...finished, id: undefined, model: undefined, content: '', finishReason: undefined };

      expectObservable(EMPTY.pipe(toMessage())).toBe('(x|)', { x: empty });
      expectObservable(NEVER.pipe(toMessage())).toBe('-');
    });
  });

  it('rethrows a copy of the error with the message so far, without complete tool calls', () => {
    const error = new StreamError('cut', { kind: 'truncated', retryable: true });
    const source = {
      ...chunks,
      t: chatChunk({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '{}' } }] }),
    };
    let caught: unknown;
    runMarbles(({ cold, flush }) => {
      cold('a-b-t-#', source, error)
        .pipe(toMessage())
        .subscribe({ error: (reason: unknown) => (caught = reason) });
      flush();
    });

    expect(caught).toBeInstanceOf(StreamError);
    expect(caught).not.toBe(error);
    expect(caught).toMatchObject({
      kind: 'truncated',
      partial: { content: 'Hello', finishReason: undefined, toolCalls: [{ name: 'f', complete: false }] },
    });
  });

  it('shares no state between messages', () => {
    let caught: { partial: Message } | undefined;
    throwError(() => new StreamError('cut', { kind: 'truncated', retryable: true }))
      .pipe(toMessage())
      .subscribe({ error: (reason: unknown) => (caught = reason as { partial: Message }) });

    expect(Object.isFrozen(caught?.partial)).toBe(true);
    expect(Object.isFrozen(caught?.partial.toolCalls)).toBe(true);
    expect(Object.isFrozen(caught?.partial.extra)).toBe(true);
  });

  it('unsubscribes from its source', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('r-a-b-f|', chunks);

      expectObservable(source.pipe(toMessage()), '---!').toBe('----');
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('reads one choice of a synchronous source, again with each subscription', () => {
    const seen: string[] = [];
    const message = from([chatChunk({ content: 'one' }, { index: 1 }), chunks.a, finishChunk('stop', 1)]).pipe(
      toMessage(1),
    );
    message.subscribe(({ content }) => seen.push(content));
    message.subscribe(({ content }) => seen.push(content));

    expect(seen).toEqual(['one', 'one']);
  });

  it.each([
    [[-1], 'choice must be a whole number, 0 or more'],
    [[0, { toolCalls: 0 }], 'toolCalls must be a whole number, 1 or more, or Infinity, not 0'],
    [[0, 128], 'The configuration of toMessage must be an object, not 128'],
  ])('rejects %j', (parameters, message) => {
    expect(() => toMessage(...(parameters as [number]))).toThrow(new TypeError(message));
  });
});
