import {
  createClient,
  type ChatCompletionRequest,
  type CompletionRequest,
  type EmbeddingsRequest,
  type ModerationsRequest,
  type ResponseRequest,
  type ResumeOptions,
} from '../../src/index.js';
import { fakeTransport } from '../support/answers.js';

const { transport, requests } = fakeTransport();
const client = createClient({ baseURL: 'http://server.test/v1', transport });
const messages = [{ role: 'user', content: 'Hi' }];

describe('request checks', () => {
  it.each<[string, unknown]>([
    ['request', undefined],
    ['request', null],
    ['request', 'Hi'],
    ['model', { messages }],
    ['model', { model: '', messages }],
    ['model', { model: 7, messages }],
    ['messages', { model: 'small' }],
    ['messages', { model: 'small', messages: [] }],
    ['messages', { model: 'small', messages: 'Hi' }],
    ['messages', { model: 'small', messages: { role: 'user', content: 'Hi' } }],
    ['messages[1]', { model: 'small', messages: [...messages, 'Hi'] }],
    ['messages[0]', { model: 'small', messages: [null] }],
    ['messages[0]', { model: 'small', messages: [{ content: 'Hi' }] }],
  ])('throws a TypeError that names %s for chat(%j)', (field, request) => {
    expect(() => client.chat(request as ChatCompletionRequest)).toThrow(TypeError);
    expect(() => client.chat(request as ChatCompletionRequest)).toThrow(field);
  });

  it.each<[string, unknown]>([
    ['request', undefined],
    ['model', { prompt: 'Once' }],
    ['prompt', { model: 'small' }],
    ['prompt', { model: 'small', prompt: [] }],
    ['prompt', { model: 'small', prompt: { text: 'Once' } }],
  ])('throws a TypeError that names %s for completions(%j)', (field, request) => {
    expect(() => client.completions(request as CompletionRequest)).toThrow(TypeError);
    expect(() => client.completions(request as CompletionRequest)).toThrow(field);
  });

  it.each<[string, unknown]>([
    ['request', undefined],
    ['request', ['Hi']],
    ['model', { input: 'Hi' }],
    ['model', { model: '', input: 'Hi' }],
    ['input', { model: 'small' }],
    ['input', { model: 'small', input: null }],
    ['input', { model: 'small', input: 7 }],
    ['input', { model: 'small', input: [] }],
    ['input', { model: 'small', input: { text: 'Hi' } }],
    ['input[1]', { model: 'small', input: ['Hi', undefined] }],
    ['input[0]', { model: 'small', input: [null] }],
    ['input[2]', { model: 'small', input: [1, 2, true] }],
  ])('throws a TypeError that names %s for embeddings(%j)', (field, request) => {
    expect(() => client.embeddings(request as EmbeddingsRequest)).toThrow(TypeError);
    expect(() => client.embeddings(request as EmbeddingsRequest)).toThrow(field);
  });

  it.each<[string, unknown]>([
    ['request', undefined],
    ['request', 'Hi'],
    ['input', {}],
    ['input', { input: null }],
    ['input', { input: [] }],
    ['input', { input: 7 }],
    ['input[1]', { input: ['Hi', 7] }],
    ['input[0]', { input: [undefined] }],
    ['model', { input: 'Hi', model: 7 }],
    ['model', { input: 'Hi', model: '' }],
  ])('throws a TypeError that names %s for moderations(%j)', (field, request) => {
    expect(() => client.moderations(request as ModerationsRequest)).toThrow(TypeError);
    expect(() => client.moderations(request as ModerationsRequest)).toThrow(field);
  });

  it.each<[string, unknown]>([
    ['input', { model: 'small', messages }],
    ['input', { model: 'small', input: { role: 'user', content: 'Hi' } }],
  ])('throws a TypeError that names %s for responses(%j)', (field, request) => {
    expect(() => client.responses(request as ResponseRequest)).toThrow(TypeError);
    expect(() => client.responses(request as ResponseRequest)).toThrow(field);
  });

  it.each<[string, unknown]>([
    ['after', 3],
    ['after', '3'],
    ['after', null],
    ['after', { starting_after: 3 }],
    ['after', { after: -1 }],
  ])('throws a TypeError that names %s for resumeResponse("resp_1", %j)', (field, options) => {
    expect(() => client.resumeResponse('resp_1', options as ResumeOptions)).toThrow(TypeError);
    expect(() => client.resumeResponse('resp_1', options as ResumeOptions)).toThrow(field);
  });

  it('leaves an empty text to the server, since some take it', () => {
    expect(() => client.embeddings({ model: 'small', input: '' })).not.toThrow();
    expect(() => client.embeddings({ model: 'small', input: ['', 'Hi'] })).not.toThrow();
    expect(() => client.moderations({ input: '' })).not.toThrow();
  });

  it.each([false, null, 'true'])('rejects stream: %j, and explains how to receive the whole message', (stream) => {
    const chat = { model: 'small', messages, stream } as unknown as ChatCompletionRequest;
    const completion = { model: 'small', prompt: 'Once', stream } as unknown as CompletionRequest;
    const reason = 'always requests a stream: leave stream out, and use toMessage() for the whole message';

    expect(() => client.chat(chat)).toThrow(new TypeError(`chat() ${reason}`));
    expect(() => client.completions(completion)).toThrow(new TypeError(`completions() ${reason}`));
  });

  it.each([true, undefined] as const)('takes stream: %p', (stream) => {
    expect(() => client.chat({ model: 'small', messages, stream } as ChatCompletionRequest)).not.toThrow();
    expect(() => client.completions({ model: 'small', prompt: 'Once', stream })).not.toThrow();
  });

  it.each([[''], ['Once'], [['Once', 'twice']], [[1, 2, 3]], [[[1], [2, 3]]]])('takes the prompt %j', (prompt) => {
    expect(() => client.completions({ model: 'small', prompt })).not.toThrow();
  });

  it('throws for a value that cannot be sent as JSON, before anything is sent', () => {
    const request = { model: 'small', messages, n: 1n } as unknown as ChatCompletionRequest;

    expect(() => client.chat(request)).toThrow(TypeError);
  });

  it('sends nothing for any of this', () => {
    expect(requests).toEqual([]);
  });
});
