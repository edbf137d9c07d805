import { EMPTY } from 'rxjs';
import { converse, type ConverseConfig, type Turn } from '../../src/index.js';
import { fakeClient } from '../../src/testing/index.js';
import { turn } from './fake-chat.js';

const request = { model: 'm-1' };

describe('the configuration of converse', () => {
  const call = { id: 'c', type: 'function', name: 'f', arguments: '{}', complete: true, extra: {} };

  it.each<[string, object, object?]>([
    ['turns[0].id', { id: '' }],
    ['turns[0].prompt', { prompt: 5 }],
    ['turns[0].reply', { reply: null }],
    ['turns[0].reply.status', { reply: { status: 'over', message: turn('a', 'x').reply.message } }],
    ['turns[0].reply.message', { reply: { status: 'done', message: [] } }],
    ['turns[0].reply.message.content', {}, { content: null }],
    ['turns[0].reply.message.role', {}, { role: undefined }],
    ['turns[0].reply.message.finishReason', {}, { finishReason: 5 }],
    ['turns[0].reply.message.toolCalls', {}, { toolCalls: {} }],
    ['turns[0].reply.message.toolCalls[1]', {}, { toolCalls: [call, 'f'] }],
    ['turns[0].reply.message.toolCalls[0].arguments', {}, { toolCalls: [{ ...call, arguments: {} }] }],
    ['turns[0].reply.message.toolCalls[0].complete', {}, { toolCalls: [{ ...call, complete: 1 }] }],
    ['turns[0].reply.message.functionCall.name', {}, { functionCall: { arguments: '' } }],
    ['turns[0].reply.message.usage.inputTokens', {}, { usage: {} }],
    ['turns[0].reply.message.output', {}, { output: {} }],
    ['turns[0].reply.message.output[1]', {}, { output: [{ type: 'message' }, null] }],
    ['turns[0].reply.message.output[0].type', {}, { output: [{}] }],
    ['turns[0].reply.message.extra', {}, { extra: undefined }],
  ])('refuses a saved turn with an invalid %s', (path, fields, message = {}) => {
    const { reply, ...rest } = turn('a', 'x');
    const saved = { ...rest, reply: { ...reply, message: { ...reply.message, ...message } }, ...fields } as Turn;

    expect(() => converse(fakeClient(EMPTY), { request, turns: [saved] })).toThrow(TypeError);
    expect(() => converse(fakeClient(EMPTY), { request, turns: [saved] })).toThrow(`${path} must be`);
  });

  it.each<[unknown, string]>([
    [{ request, policy: 'latest' }, "policy must be 'switch', 'queue', 'exhaust' or 'parallel', not 'latest'"],
    [{}, 'request must be an object such as { model }'],
    [{ request: {} }, 'request.model must be'],
    [{ request: { model: 'm-1', messages: [] } }, 'request must not have messages: the conversation adds them'],
    [{ request, system: 5 }, 'system must be a string'],
    [{ request, history: [] }, 'history must be a function'],
    [{ request, createId: 'a' }, 'createId must be a function'],
    [{ request, scheduler: {} }, 'scheduler must be an rxjs scheduler'],
    [{ request, retry: true }, 'retry must be an object'],
    [{ request, retry: { count: -1 } }, 'count must be a whole number'],
    [{ request, turns: 'a' }, 'turns must be a list'],
    [{ request, turns: [turn('a', 'x'), { id: 'b' }] }, 'turns[1].prompt must be a string'],
    [{ request, turns: [turn('a', 'x'), turn('a', 'y')] }, 'turns must be turns with different ids'],
    ['m-1', 'The configuration of converse must be an object'],
  ])('throws for the configuration %j', (config, message) => {
    expect(() => converse(fakeClient(EMPTY), config as ConverseConfig)).toThrow(TypeError);
    expect(() => converse(fakeClient(EMPTY), config as ConverseConfig)).toThrow(message);
  });

  it.each([[undefined], [{}], ['client']])('throws for the client %p', (client) => {
    expect(() => converse(client as never, { request })).toThrow(TypeError);
    expect(() => converse(client as never, { request })).toThrow('client must be an object with chat()');
  });

  it.each([[undefined], [{}], [{ chat: () => EMPTY }]])('throws over responses for the client %p', (client) => {
    expect(() => converse(client as never, { api: 'responses', request })).toThrow(
      'client must be an object with responses()',
    );
  });
});
