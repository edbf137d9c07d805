import { toInputItems } from '../../src/index.js';
import type { Message } from '../../src/schemas/message.js';
import {
  callItem,
  created,
  messageItem,
  reasoningItem,
  state,
  streams,
  textDelta,
} from '../support/response-events.js';
import { readEvents } from '../support/read-response.js';

const call = callItem('call-1', 'dig', '{}');

function messageOf(...output: readonly object[]): Message {
  return readEvents(created, state('completed', { output })).message;
}

/** A message of a chat. */
const chat = {
  role: 'assistant',
  content: 'Hello',
  refusal: '',
  toolCalls: [
    { id: 'c-1', type: 'function', name: 'dig', arguments: '{}', complete: true, extra: {} },
    { id: 'c-2', type: 'custom', name: 'sing', arguments: 'La', complete: true, extra: {} },
    { id: 'c-3', type: 'function', name: 'dig', arguments: '{', complete: false, extra: {} },
  ],
} as unknown as Message;

describe('toInputItems', () => {
  it('gives the items of a completed response as they came', () => {
    const output = [reasoningItem('Hm'), messageItem('Hello'), call];

    expect(toInputItems(messageOf(...output))).toEqual(output);
  });

  it.each(['', '{"a":', '{}{}'])('gives {} for the arguments %j, which are not JSON', (text) => {
    const broken = messageOf({ ...call, arguments: text });

    expect(toInputItems(broken)).toEqual([call]);
    expect(toInputItems(broken, { store: false })).toEqual([{ ...call, id: undefined }]);
    const told = { ...chat.toolCalls[0]!, arguments: text };
    expect(toInputItems({ ...chat, content: '', toolCalls: [told] })).toMatchObject([{ arguments: '{}' }]);
  });

  it('leaves out ids, and reasoning that is not encrypted, for a server that keeps nothing', () => {
    const encrypted = { ...reasoningItem('Hm'), encrypted_content: 'secret' };
    const output = [reasoningItem('Oh'), messageItem('Hello'), encrypted, call];
    const withoutId = (item: object): object => ({ ...item, id: undefined });

    expect(toInputItems(messageOf(...output), { store: false })).toEqual([
      withoutId(messageItem('Hello')),
      withoutId(encrypted),
      withoutId(call),
    ]);
  });

  it('leaves out reasoning that led to nothing', () => {
    expect(toInputItems(messageOf(messageItem('Hello'), reasoningItem('Hm')))).toEqual([messageItem('Hello')]);
    expect(toInputItems(messageOf(reasoningItem('Hm')))).toEqual([]);
  });

  it.each([
    ['is incomplete', [...streams.incomplete]],
    ['broke off', [created, textDelta('Apple')]],
    [
      'failed',
      [created, textDelta('Apple'), state('failed', { output: [reasoningItem('Hm'), messageItem('Apple'), call] })],
    ],
  ])('gives the text alone of a response that %s', (_, events) => {
    expect(toInputItems(readEvents(...events).message)).toEqual([{ role: 'assistant', content: 'Apple' }]);
  });

  it('gives nothing of a response that did not get as far as a text', () => {
    expect(toInputItems(readEvents(created).message)).toEqual([]);
  });

  it('makes items of the text and the complete calls of a chat', () => {
    expect(toInputItems(chat)).toEqual([
      { role: 'assistant', content: 'Hello' },
      { type: 'function_call', call_id: 'c-1', name: 'dig', arguments: '{}' },
      { type: 'custom_tool_call', call_id: 'c-2', name: 'sing', input: 'La' },
    ]);
  });

  it.each([
    ['a response', { id: 'resp_1', object: 'response', output: [messageItem('Hello')] }],
    ['an event', created],
    ['a list of messages', [chat]],
    ['nothing', undefined],
  ])('throws a TypeError that says where a message comes from for %s', (_, value) => {
    const reason = 'toInputItems() takes a message, such as toMessage() emits';

    expect(() => toInputItems(value as never)).toThrow(new TypeError(reason));
  });

  it('throws a TypeError for an unknown field', () => {
    expect(() => toInputItems(chat, { stored: true } as object)).toThrow(TypeError);
  });
});
