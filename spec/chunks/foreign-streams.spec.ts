import { createClient } from '../../src/client/create-client.js';
import { answer, chatRequest, eventStream, fakeTransport } from '../support/answers.js';
import { readBody, readStream } from '../support/read-stream.js';

const responses = ['response.created', 'response.output_text.delta', 'response.completed'].map(
  (type) => `event: ${type}\ndata: ${JSON.stringify({ type, delta: 'private reply' })}\n\n`,
);
const cohere = ['message-start', 'content-delta', 'message-end', 'more'].map(
  (type) => `data: ${JSON.stringify({ type, delta: { message: { content: { text: 'private reply' } } } })}\n\n`,
);
const done = 'data: [DONE]\n\n';

describe('a whole stream of another endpoint', () => {
  it.each<[string, string, string]>([
    ['Responses events', responses.join(''), 'response.created, response.output_text.delta, response.completed'],
    ['Cohere events', cohere.join(''), 'message-start, content-delta, message-end'],
    ['objects of another kind', 'data: {"object":"embedding","x":1}\n\n', 'embedding'],
    ['objects without a type', 'data: {"text":"private reply","private reply":1,"logprob":0}\n\n', 'text/logprob'],
    ['usage that is null', 'data: {"type":"x","usage":null}\n\n', 'x'],
  ])('is an error that names what came: %s', (_title, body, names) => {
    const { error } = readBody(body + done);

    expect(error).toMatchObject({ name: 'ProtocolError', kind: 'protocol', retryable: false });
    expect(String(error)).toContain(`objects without choices (${names}), as another endpoint does; check baseURL`);
    expect(`${(error as Error).stack ?? ''} ${JSON.stringify(error)}`).not.toContain('private');
  });

  it('is an error even if nothing in it has a name', () => {
    expect(readStream([{ 'private reply': 1 }, '{}', '[DONE]']).error).toMatchObject({
      message: 'The server sent objects without choices, as another endpoint does; check baseURL and the endpoint',
    });
  });

  it('is an error without the key, even if the server names its objects by it', () => {
    const apiKey = 'sk-secret-1234567890';
    const { transport } = fakeTransport(answer(eventStream({ type: apiKey }, { [apiKey]: 1 }, '[DONE]')));
    let error: unknown;
    createClient({ apiKey, baseURL: 'http://server.test/v1', transport })
      .chat(chatRequest)
      .subscribe({ error: (reason: unknown) => (error = reason) });

    expect(error).toMatchObject({ name: 'ProtocolError' });
    expect(String(error)).not.toContain(apiKey);
  });

  it.each<[string, readonly unknown[]]>([
    ['nothing but [DONE]', ['[DONE]']],
    ['keep-alives', [{ type: 'ping' }, { type: 'keepalive' }, 'null', '[DONE]']],
    ['an empty list of choices', [{ type: 'x' }, { choices: [] }, '[DONE]']],
    ['choices that are null', [{ choices: null }, '[DONE]']],
    ['usage', [{ type: 'x' }, { usage: { prompt_tokens: 1 } }, '[DONE]']],
    ['choices at last', [{ type: 'x' }, { choices: [{ delta: { content: 'a' } }] }, '[DONE]']],
  ])('is not seen in %s', (_title, sent) => {
    expect(readStream(sent).error).toBeUndefined();
  });

  it('that is cut off is truncated, as any other', () => {
    expect(readBody(responses[0] ?? '').error).toMatchObject({ kind: 'truncated', retryable: true });
  });
});
