import { concat, of, throwError } from 'rxjs';
import { type ChatCompletionChunk, ConnectionError, createClient } from '../../src/index.js';
import { answer, chatRequest, eventStream, fakeTransport, textChunk } from '../support/answers.js';
import { type Observed, observe } from '../support/observe.js';
import { data, head } from '../support/transport-events.js';

const baseURL = 'http://server.test/v1';

function read(body: string): Observed<ChatCompletionChunk> {
  return observe(createClient({ baseURL, transport: fakeTransport(answer(body)).transport }).chat(chatRequest));
}

function textOf({ values }: Observed<ChatCompletionChunk>): string {
  const texts = values.map(({ choices }) => choices[0]?.delta.content);
  return texts.filter((text) => typeof text === 'string').join('');
}

describe('the end of an answer', () => {
  describe('a last event without its empty line', () => {
    it.each([
      ['an end mark', `${eventStream(textChunk('a'))}data: [DONE]`, 1],
      ['[DONE] and a line end', `${eventStream(textChunk('a'))}data: [DONE]\n`, 1],
      ['a whole chunk', eventStream(textChunk('a'), textChunk('b', 'stop')).trimEnd(), 2],
    ])('counts if it is %s', async (_what, body, chunks) => {
      const seen = read(body);

      expect(await seen.ended).toBeUndefined();
      expect(seen.values).toHaveLength(chunks);
    });

    it('is dropped if it was cut off, so that the stream is truncated', async () => {
      const seen = read(`${eventStream(textChunk('a'))}data: {"choices":[{"in`);

      expect(await seen.ended).toMatchObject({ name: 'StreamError', kind: 'truncated' });
      expect(textOf(seen)).toBe('a');
    });

    it('is dropped if it was cut off after the finish reason', async () => {
      const seen = read(`${eventStream(textChunk('a', 'stop'))}data: {"choices":[],"usa`);

      expect(await seen.ended).toBeUndefined();
      expect(textOf(seen)).toBe('a');
    });
  });

  describe('output before a failure', () => {
    const start = eventStream(textChunk('Hel'), textChunk('lo'));

    it.each([
      ['the end', '', 'StreamError'],
      ['an error frame', eventStream({ error: { message: 'no' } }), 'StreamError'],
      ['nonsense', eventStream('nonsense'), 'ProtocolError'],
      ['a misfit', eventStream({ choices: 7 }), 'ProtocolError'],
      ['an invalid index', eventStream({ choices: [{ index: -1, delta: {} }] }), 'ProtocolError'],
    ])('stays emitted: %s', async (_what, rest, name) => {
      const seen = read(start + rest);

      expect(await seen.ended).toMatchObject({ name });
      expect(textOf(seen)).toBe('Hello');
    });

    it('stays emitted: a broken connection', async () => {
      const lost = new ConnectionError('The connection was lost');
      const exchange = concat(
        of(head(), data(start)),
        throwError(() => lost),
      );
      const seen = observe(createClient({ baseURL, transport: fakeTransport(exchange).transport }).chat(chatRequest));

      expect(await seen.ended).toBe(lost);
      expect(textOf(seen)).toBe('Hello');
    });
  });

  it('errors with an error sent in a separate field', async () => {
    const seen = read(`${eventStream(textChunk('Hel'))}error: {"message":"Out of memory","code":500}\n\n`);

    expect(await seen.ended).toMatchObject({ name: 'StreamError', kind: 'server', message: 'Out of memory' });
    expect(textOf(seen)).toBe('Hel');
  });
});
