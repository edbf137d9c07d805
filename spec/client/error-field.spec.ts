import fc from 'fast-check';
import { from } from 'rxjs';
import { createClient, LimitError, StreamError, textDeltas } from '../../src/index.js';
import { fakeTransport } from '../../src/testing/index.js';
import { cutAt, encode, waysToCut } from '../sse/event-pieces.js';
import { chatRequest, eventStream, textChunk } from '../support/answers.js';

/** What a client makes of an answer. */
interface Read {
  readonly text: string;
  readonly error: unknown;
}

function read(pieces: readonly Uint8Array[], eventBytes?: number): Read {
  const transport = fakeTransport({ body: from(pieces) });
  const client = createClient({ baseURL: 'http://server.test/v1', transport, limits: { eventBytes } });
  let text = '';
  let failure: unknown;
  client
    .chat(chatRequest)
    .pipe(textDeltas())
    .subscribe({
      next: (delta) => (text += delta),
      error: (error: unknown) => (failure = error),
    });
  return { text, error: failure };
}

describe('a field named error in a stream', () => {
  it('is an error of the server if it holds an object, however the stream is cut', () => {
    const stream = `${eventStream(textChunk('1'))}error: {"code":500}\n\n${eventStream(textChunk('2'))}`;

    for (const pieces of waysToCut(encode(stream))) {
      const { text, error } = read(pieces);

      expect(text).toBe('1');
      expect(error).toBeInstanceOf(StreamError);
      expect(error).toMatchObject({ kind: 'server', code: '500' });
    }
  });

  it('counts at the end, even if its empty line is missing', () => {
    const { error } = read([encode('error:{}')]);

    expect(error).toBeInstanceOf(StreamError);
    expect(error).toMatchObject({ kind: 'provider', code: undefined });
  });

  it.each(['error', 'error: oops', 'error:  {}', 'Error: {}', 'errors: {}'])('is ignored if it is %j', (line) => {
    for (const pieces of waysToCut(encode(`${line}\n${eventStream(textChunk('a', 'stop'), '[DONE]')}`))) {
      expect(read(pieces)).toEqual({ text: 'a', error: undefined });
    }
  });

  it('leaves the same text and the same error, however the stream is cut and limited', () => {
    const chunk = JSON.stringify({ choices: [{ delta: { content: 'é' } }] });
    const fragments = [
      'error',
      'error: {',
      'error: {"code":7}',
      `data: ${chunk}`,
      'data',
      ': ',
      '}',
      '한',
      '\r',
      '\n\n',
    ];
    const body = fc
      .array(fc.constantFrom('\n', '\r\n', ...fragments), { maxLength: 20 })
      .map((parts) => encode(`:\n\n${parts.join('')}`));
    const cuts = fc.array(fc.nat(), { maxLength: 12 });

    fc.assert(
      fc.property(body, cuts, fc.integer({ min: 1, max: 60 }), (bytes, places, eventBytes) => {
        const cut = cutAt(
          bytes,
          places.map((place) => place % (bytes.length + 1)),
        );

        expect(read(cut, eventBytes)).toEqual(read([bytes], eventBytes));
      }),
      { numRuns: 300 },
    );
    expect(read([encode('error: {}\n\n')], 8).error).toBeInstanceOf(LimitError);
  });
});
