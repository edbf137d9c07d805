import { concat, from, lastValueFrom, merge, of, type OperatorFunction, throwError, pipe } from 'rxjs';
import { OutputError } from '../../src/errors/output-error.js';
import { StreamError } from '../../src/errors/stream-error.js';
import type { AnswerValue } from '../../src/formats/answer-formats.js';
import { accumulateMessage, toMessage } from '../../src/operators/accumulate-message.js';
import { hedge } from '../../src/operators/hedge.js';
import { measure, type StreamTiming } from '../../src/operators/measure.js';
import { ofChoice } from '../../src/operators/of-choice.js';
import { raceToFirstText } from '../../src/operators/race-to-first-text.js';
import { retryTransient } from '../../src/operators/retry-transient.js';
import { reasoningDeltas, refusalDeltas, textDeltas } from '../../src/operators/text-deltas.js';
import { throwIfRefused } from '../../src/operators/throw-if-refused.js';
import { throwIfTruncated } from '../../src/operators/throw-if-truncated.js';
import { toolCalls } from '../../src/operators/tool-calls.js';
import { toUsage } from '../../src/operators/to-usage.js';
import type { Message } from '../../src/schemas/message.js';
import type { ResponseEvent } from '../../src/schemas/response-event.js';
import { accumulateView } from '../../src/views/accumulate-view.js';
import type { ChatView } from '../../src/views/chat-view.js';
import { attempts } from '../support/attempts.js';
import { chatChunk } from '../support/chunks.js';
import {
  callItem,
  created,
  itemEvent,
  messageItem,
  reasoningItem,
  state,
  streams,
  textDelta,
} from '../support/response-events.js';
import { runMarbles } from '../support/run-marbles.js';

const usage = { input_tokens: 7, output_tokens: 5, total_tokens: 12 };
const hello = messageItem('Hello');
const call = callItem('call-1', 'dig', '{"deep":true}');
const custom = { type: 'custom_tool_call', call_id: 'call-2', name: 'sing', input: 'La', status: 'completed' };
const thought = reasoningItem('Hm.');

function piece(type: string, delta: string): object {
  return { type: `response.${type}.delta`, output_index: 0, content_index: 0, summary_index: 0, delta };
}

/** The events that marbles stand for. */
const events = {
  c: created,
  i: itemEvent('added', { ...messageItem(), status: 'in_progress' }),
  a: textDelta('Hel'),
  b: textDelta('lo'),
  d: itemEvent('done', hello),
  f: state('completed', { output: [hello], usage }),
  e: state('completed', { usage }),
  r: piece('reasoning_summary_text', 'Hm'),
  s: piece('reasoning_summary_text', '.'),
  t: itemEvent('done', thought),
  n: piece('refusal', 'I will '),
  o: piece('refusal', 'not.'),
  k: itemEvent('added', { ...call, arguments: '', status: 'in_progress' }),
  l: { type: 'response.function_call_arguments.delta', output_index: 0, delta: '{"deep":' },
  m: itemEvent('done', call),
  q: itemEvent('done', custom, 1),
  g: state('completed', { output: [call, custom] }),
  x: state('incomplete', { output: [messageItem('Hel')], incomplete_details: { reason: 'max_output_tokens' } }),
  y: state('incomplete', { output: [call], incomplete_details: { reason: 'content_filter' } }),
  z: state('incomplete'),
  w: state('failed', { error: { code: 'server_error', message: 'Broken' } }),
} as unknown as Readonly<Record<string, ResponseEvent>>;

const dug = { id: 'call-1', type: 'function', name: 'dig', arguments: '{"deep":true}', complete: true, extra: {} };
const sung = { id: 'call-2', type: 'custom', name: 'sing', arguments: 'La', complete: true, extra: {} };
const counts = { inputTokens: 7, outputTokens: 5, totalTokens: 12, raw: usage };
const lost = new StreamError('lost', { kind: 'connection', retryable: true });

function message(fields: Partial<Message>): Message {
  const empty = { role: 'assistant', content: '', reasoning: '', refusal: '', toolCalls: [], extra: {} };
  return { id: 'resp-1', model: 'm-1', finishReason: undefined, ...empty, ...fields };
}

const hel = message({ content: 'Hel' });
const whole = message({ content: 'Hello', finishReason: 'stop', usage: counts });
const snapshots = { c: message({}), a: hel, b: message({ content: 'Hello' }), f: whole };
const views: Readonly<Record<string, ChatView>> = {
  w: { status: 'waiting', message: message({ id: undefined, model: undefined }) },
  c: { status: 'waiting', message: snapshots.c },
  a: { status: 'streaming', message: snapshots.a },
  b: { status: 'streaming', message: snapshots.b },
  f: { status: 'streaming', message: whole, usage: counts },
  d: { status: 'done', message: { ...whole, output: [hello] as never }, usage: counts },
  x: { status: 'failed', message: hel, error: lost },
};

describe('operators on response events', () => {
  it.each<[string, OperatorFunction<AnswerValue, unknown>, string, string, Readonly<Record<string, unknown>>]>([
    ['textDeltas', textDeltas(), '     ci-a-b-df|', '---a-b---|', { a: 'Hel', b: 'lo' }],
    ['textDeltas, where no delta came,', textDeltas(), 'ci-d-f|', '---x--|', { x: 'Hello' }],
    ['textDeltas, from a response begun once more,', textDeltas(), 'a-c-a-f|', 'a---a--|', { a: 'Hel' }],
    ['textDeltas(1)', textDeltas(1), ' ci-a-b-df|', '---------|', {}],
    ['reasoningDeltas', reasoningDeltas(), 'c-r-s-t-f|', '--r-s----|', { r: 'Hm', s: '.' }],
    ['refusalDeltas', refusalDeltas(), ' c-n-o-e|', '--n-o--|', { n: 'I will ', o: 'not.' }],
    ['toolCalls', toolCalls(), '     c-k-l-mq-g---|', '---------(xy)|', { x: dug, y: sung }],
    ['toolCalls, of an answer that was cut,', toolCalls(), 'c-k-l-m-y|', '---------|', {}],
    ['toolCalls, of a response that failed,', toolCalls(), 'c-k-l-m-w#', '---------#', {}],
    ['toUsage', toUsage(), '         c-a-f---|', '--------(x|)', { x: counts }],
    ['toUsage, where there are no counts,', toUsage(), 'c-a-g|', '-----|', {}],
    ['throwIfTruncated', throwIfTruncated(), 'c-a-f|', 'c-a-f|', events],
    ['throwIfRefused', throwIfRefused(), 'c-a-f|', 'c-a-f|', events],
    ['ofChoice(0)', ofChoice(0), '   c-a-f|', 'c-a-f|', events],
    ['ofChoice(1)', ofChoice(1), '   c-a-f|', '-----|', {}],
    ['accumulateMessage', accumulateMessage(), 'c-a-b-i-f|', 'c-a-b-b-f|', snapshots],
    ['accumulateMessage, of an error,', accumulateMessage(), 'c-a-#', 'c-a-#', snapshots],
    ['toMessage', toMessage(), '     c-a-b-d-f|', '---------(x|)', { x: { ...whole, output: [hello] } }],
    ['accumulateView', accumulateView(), '-c-a-b-f-|', 'wc-a-b-f-(d|)', views],
    ['accumulateView, of an error,', accumulateView(), '-c-a-#', 'wc-a-(x|)', views],
  ])('%s reads them', (_, operator, marbles, expected, values) => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold(marbles, events, lost);

      expectObservable(source.pipe(operator)).toBe(expected, values, lost);
    });
  });

  it.each([
    [
      'x',
      'was cut off at the token limit: raise max_output_tokens, or ask for less (finish reason "max_output_tokens")',
    ],
    [
      'y',
      "was withheld by the server's content filter: rephrase the prompt, or change the filter's settings " +
        '(finish reason "content_filter")',
    ],
    ['z', 'is incomplete (finish reason "incomplete")'],
  ])('throwIfTruncated tells why a response is incomplete: %s', (end, explanation) => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold(`c-a-${end}-|`, events);
      const expected = `   c-a-${end}-#`;

      expectObservable(source.pipe(throwIfTruncated())).toBe(
        expected,
        events,
        new OutputError(`The answer ${explanation}`),
      );
    });
  });

  it('throwIfRefused has the refusal, of deltas or of the whole response', () => {
    const told = state('completed', {
      output: [{ type: 'message', role: 'assistant', content: [{ type: 'refusal', refusal: 'I will not.' }] }],
    }) as unknown as ResponseEvent;
    const refused = new OutputError('I will not.', { code: 'refused' });
    runMarbles(({ cold, expectObservable }) => {
      const values = { ...events, w: told };

      expectObservable(cold('c-n-o-e|', values).pipe(throwIfRefused())).toBe('c-n-o-e#', values, refused);
      expectObservable(cold('c-w|', values).pipe(throwIfRefused())).toBe('    c-w#', values, refused);
      expectObservable(cold('c-w|', values).pipe(throwIfRefused(1))).toBe('   c-w|', values);
    });
  });

  it.each([
    ['an error', throwError(() => lost), pipe(toMessage())],
    ['a response that is incomplete', of(events['z']!), pipe(throwIfTruncated(), toMessage())],
  ])('toMessage has the items done so far on %s', async (_, end, operator) => {
    const source = concat(of(events['c']!, events['m']!, events['q']!), end);

    await expect(lastValueFrom(source.pipe(operator))).rejects.toMatchObject({
      partial: { toolCalls: [{ id: 'call-1', complete: false }, { id: 'call-2' }], output: [call, custom] },
    });
  });

  it('toMessage shares nothing that a consumer could change', async () => {
    const { output } = await lastValueFrom(from(streams.text as unknown as ResponseEvent[]).pipe(toMessage()));

    expect([output, output?.[0], Reflect.get(output![0]!, 'content')].map(Object.isFrozen)).toEqual([true, true, true]);
  });

  it('measure finds the first text and the tokens', () => {
    const reports: StreamTiming[] = [];
    runMarbles(({ cold }) => {
      cold('c-i-a-b-f|', events)
        .pipe(measure((timing) => reports.push(timing)))
        .subscribe();
    });

    expect(reports).toEqual([
      expect.objectContaining({ outcome: 'complete', timeToFirstChunk: 0, timeToFirstText: 4, outputTokens: 5 }),
    ]);
  });

  it.each([
    ['text', 'a'],
    ['reasoning', 'r'],
    ['a refusal', 'n'],
    ['a call', 'k'],
    ['text that came whole', 'f'],
  ])('raceToFirstText lets %s win', (_, key) => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const first = cold('   c-i-------a-f|', events);
      const firstSubs = '    ^-----!       ';
      const second = cold(`  --c---${key}-----e|`, events);
      const secondSubs = '   ^------------!';
      const expected = `     ------(c${key})--e|`;

      expectObservable(raceToFirstText([first, second])).toBe(expected, events);
      expectSubscriptions(first.subscriptions).toBe(firstSubs);
      expectSubscriptions(second.subscriptions).toBe(secondSubs);
    });
  });

  it('hedge asks once more if no answer begins', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const first = cold('   c-i---------a-f|', events);
      const firstSubs = '    ^-------!       ';
      const second = cold('       -c-b---f-|  ', events);
      const secondSubs = '   -----^--------!  ';
      const expected = '     --------(cb)f-|  ';

      expectObservable(hedge(attempts(first, second), { after: 5 })).toBe(expected, events);
      expectSubscriptions(first.subscriptions).toBe(firstSubs);
      expectSubscriptions(second.subscriptions).toBe(secondSubs);
    });
  });

  it('a retry that restarts refuses them, and takes snapshots with a type', () => {
    const restart = { restart: true };
    const refused = new TypeError('restart belongs after an accumulating operator, such as accumulateMessage()');
    runMarbles(({ cold, expectObservable }) => {
      const typed = { t: { type: 'snapshot', text: 'Hel' } };

      expectObservable(cold('--c-|', events).pipe(retryTransient(restart))).toBe('--#', undefined, refused);
      expectObservable(cold('--t-|', typed).pipe(retryTransient(restart))).toBe('--t-|', typed);
    });
  });

  it('toMessage gives the same message of one answer in both formats, but for the items of the response', async () => {
    const tool = { index: 0, id: 'call-1', type: 'function', function: { name: 'dig', arguments: '{"deep":true}' } };
    const chat = of(
      chatChunk({ role: 'assistant', reasoning_content: 'Hm.' }, {}, { id: 'resp-1' }),
      chatChunk({ content: 'Hello' }),
      chatChunk({ tool_calls: [tool] }, { finish_reason: 'tool_calls' }),
      { choices: [], usage: { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 } },
    );
    const output = [thought, hello, call];
    const response = of(events['c']!, state('completed', { output, usage }) as unknown as ResponseEvent);
    const [one, other] = await Promise.all([
      lastValueFrom(chat.pipe(toMessage())),
      lastValueFrom(response.pipe(toMessage())),
    ]);
    const raw = expect.anything() as unknown;

    expect(other).toEqual({ ...one, reasoningKey: undefined, usage: { ...one.usage, raw }, output });
  });

  it('one operator reads both formats', () => {
    const chunks = { p: chatChunk({ content: 'Good' }), u: chatChunk({ content: ' day' }, { finish_reason: 'stop' }) };
    runMarbles(({ cold, expectObservable }) => {
      const chat = cold(' -p---u|   ', chunks);
      const response = cold('c--a---f|', events);
      const expected = '  -p-a-u--|';
      const texts = { p: 'Good', a: 'Hel', u: ' day' };

      expectObservable(merge(chat, response).pipe(textDeltas())).toBe(expected, texts);
    });
  });
});
