import { concat, of } from 'rxjs';
import { eventStream, fakeTransport, chatRequest } from '../support/answers.js';
import { events, passed, runTimed } from '../support/timed-client.js';
import { data } from '../support/transport-events.js';

const usage = { prompt_tokens: 3, completion_tokens: 1 };
const ofDelta = (delta: object, more: object = {}): object => ({ choices: [{ index: 0, delta, ...more }] });
const ofCall = (call: object): object => ofDelta({ tool_calls: [call] });

const any = expect.anything() as unknown;

/** What the stream emits and when its idle deadline of 4 ms passes, if a chunk at 3 ms and 7 ms is activity. */
const silences = { never: '-a-x-#', once: '-a-x---(x#)', always: '-a-x---x---#' };

function expectSilence(chunk: object, active: keyof typeof silences): void {
  runTimed(({ cold, expectObservable }, createTimed) => {
    const exchange = cold('-a-x---x--------', { ...events, x: data(eventStream(chunk)) });
    const client = createTimed({
      transport: fakeTransport(concat(of(events['h']!), exchange)).transport,
      deadlines: { idle: 4 },
    });

    expectObservable(client.chat(chatRequest)).toBe(silences[active], { a: any, x: any }, passed('idle'));
  });
}

describe('chunks that keep a dead model alive', () => {
  it.each<[string, object]>([
    ['no choices', { choices: [] }],
    ['nothing', {}],
    ['an empty delta', ofDelta({})],
    ['empty text', ofDelta({ content: '' })],
    ['empty fields', ofDelta({ content: null, refusal: '', reasoning: '', reasoning_content: null, tool_calls: [] })],
    ['an empty list of content', ofDelta({ content: [] })],
    ['empty parts of content', ofDelta({ content: [{ type: 'text', text: '' }] })],
    ['empty other fields', ofDelta({ audio: {}, images: [], note: '', tool: null, done: false })],
    ['a call without anything new', ofCall({ index: 0, type: 'function', function: { arguments: '' } })],
    ['an empty finish reason', ofDelta({}, { finish_reason: '' })],
    ['a finish reason that is the text null', ofDelta({}, { finish_reason: 'null' })],
    ['empty usage', { choices: [], usage: {} }],
    ['a new id and time', { id: 'x', created: 7, model: 'm', choices: [] }],
  ])('are no activity with %s', (_title, chunk) => {
    expectSilence(chunk, 'never');
  });

  it.each<[string, object]>([
    ['a role', ofDelta({ role: 'assistant', content: '' })],
    ['usage', { choices: [], usage }],
    ['usage beside an empty choice', { ...ofDelta({}), usage }],
  ])('are activity only the first time with %s', (_title, chunk) => {
    expectSilence(chunk, 'once');
  });

  it.each<[string, object]>([
    ['text', ofDelta({ content: ' ' })],
    ['text that is a number', ofDelta({ content: 0 })],
    ['parts of content', ofDelta({ content: [{ type: 'image_url' }] })],
    ['reasoning', ofDelta({ reasoning: 'x' })],
    ['reasoning details', ofDelta({ reasoning_details: [{ type: 'reasoning.encrypted', data: 'x' }] })],
    ['a refusal', ofDelta({ refusal: 'x' })],
    ['part of a call', ofCall({ index: 0, function: { arguments: '{' } })],
    ['the name of a call', ofCall({ index: 0, function: { name: 'f' } })],
    ['part of a custom call', ofCall({ index: 0, custom: { input: 'x' } })],
    ['part of the deprecated call', ofDelta({ function_call: { arguments: '{' } })],
    ['audio', ofDelta({ audio: { data: 'AA' } })],
    ['another field', ofDelta({ token_id: 0 })],
    ['a finish reason', ofDelta({}, { finish_reason: 'stop' })],
  ])('are activity with %s', (_title, chunk) => {
    expectSilence(chunk, 'always');
  });

  it('do not meet the deadline for the first chunk', () => {
    runTimed(({ cold, expectObservable }, createTimed) => {
      const empty = data(eventStream({ choices: [] }));
      const exchange = cold('hx-x-x-x-x', { ...events, x: empty });
      const client = createTimed({ transport: fakeTransport(exchange).transport, deadlines: { firstChunk: 6 } });

      expectObservable(client.chat(chatRequest)).toBe('-x-x-x#', { x: any }, passed('firstChunk'));
    });
  });

  it('are told apart by usage that grows', () => {
    runTimed(({ cold, expectObservable }, createTimed) => {
      const counts = [1, 2, 3].map((completion_tokens) =>
        data(eventStream({ choices: [], usage: { completion_tokens } })),
      );
      const exchange = cold('hx---y---z---z', { ...events, x: counts[0]!, y: counts[1]!, z: counts[2]! });
      const client = createTimed({ transport: fakeTransport(exchange).transport, deadlines: { idle: 5 } });

      expectObservable(client.chat(chatRequest)).toBe('-x---y---z---z#', { x: any, y: any, z: any }, passed('idle'));
    });
  });

  it('are none of them lost', () => {
    runTimed(({ expectObservable }, createTimed) => {
      const body = data(eventStream({ choices: [] }, ofDelta({}), '[DONE]'));
      const client = createTimed({ transport: fakeTransport(of(events['h']!, body)).transport });

      expectObservable(client.chat(chatRequest)).toBe('(xx|)', { x: any });
    });
  });
});
