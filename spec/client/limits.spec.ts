import { concat, map, NEVER, of, range, tap } from 'rxjs';
import { createClient, LimitError, type Limits, type TransportEvent } from '../../src/index.js';
import { answer, chatRequest, eventStream, fakeTransport, hello, textChunk } from '../support/answers.js';
import { observe, type Observed } from '../support/observe.js';
import { data, head } from '../support/transport-events.js';

const baseURL = 'http://server.test/v1';

function read(body: string, limits: Limits): Observed<unknown> {
  return observe(
    createClient({ baseURL, transport: fakeTransport(answer(body)).transport }).chat(
      { ...chatRequest, n: 2 },
      { limits },
    ),
  );
}

describe('limits', () => {
  it('ends a stream with an event that is too long, and keeps the chunks before it', async () => {
    const body = eventStream(textChunk('a'), textChunk('b'.repeat(500)), '[DONE]');

    const seen = read(body, { eventBytes: 400 });

    expect(await seen.ended).toBeInstanceOf(LimitError);
    expect(await seen.ended).toMatchObject({ kind: 'limit', limit: 'eventBytes', maximum: 400, retryable: false });
    expect(seen.values).toHaveLength(1);
  });

  it('does not limit the stream as a whole', async () => {
    const seen = read(eventStream(...Array<object>(100).fill(textChunk('a')), textChunk('', 'stop')), {
      eventBytes: 400,
    });

    expect(await seen.ended).toBeUndefined();
    expect(seen.values).toHaveLength(101);
  });

  it.each([
    ['an event that never ends', 'data: aaaaaaaaaaaaaa'],
    ['a complete answer that never ends', '{"choices":["aaaa'],
  ])('stops reading %s', async (_what, start) => {
    let pieces = 0;
    const endless = concat(
      of(head(), data(start)),
      range(0, 1_000_000).pipe(
        tap(() => (pieces += 1)),
        map(() => data('a'.repeat(100))),
      ),
    );
    const client = createClient({ baseURL, transport: fakeTransport(endless).transport, limits: { eventBytes: 1000 } });

    const seen = observe(client.chat(chatRequest));

    expect(await seen.ended).toMatchObject({ name: 'LimitError', limit: 'eventBytes' });
    expect(pieces).toBeLessThan(15);
  });

  it('skips endless white space', async () => {
    const blank = of(...Array<TransportEvent>(50).fill(data(' \n'.repeat(50))));
    const exchange = concat(of(head()), blank, of(data(hello)));
    const client = createClient({ baseURL, transport: fakeTransport(exchange).transport, limits: { eventBytes: 400 } });

    const seen = observe(client.chat(chatRequest));

    expect(await seen.ended).toBeUndefined();
    expect(seen.values).toHaveLength(2);
  });

  it.each([
    [{ choices: 2 }, { choices: [{ index: 2, delta: {} }] }, 'choices', 2],
    [{}, { choices: [{ index: 128, delta: {} }] }, 'choices', 128],
    [{ toolCalls: 2 }, { choices: [{ index: 0, delta: { tool_calls: [{ index: 2 }] } }] }, 'toolCalls', 2],
    [{}, { choices: [{ index: 0, delta: { tool_calls: [{ index: 128 }] } }] }, 'toolCalls', 128],
  ])('with %j ends a stream at %j', async (limits, chunk, limit, maximum) => {
    const seen = read(eventStream(textChunk('a'), chunk), limits);

    expect(await seen.ended).toBeInstanceOf(LimitError);
    expect(await seen.ended).toMatchObject({ limit, maximum });
    expect(seen.values).toHaveLength(1);
  });

  it('cuts off an error body at its limit, and lets the status decide', async () => {
    const exchange = concat(of(head(503), data('busy, '), data('very busy')), NEVER);
    const client = createClient({
      baseURL,
      transport: fakeTransport(exchange).transport,
      limits: { errorBodyBytes: 10 },
    });

    const seen = observe(client.chat(chatRequest));

    expect(await seen.ended).toMatchObject({ name: 'ApiError', status: 503, message: '503 busy, very' });
  });

  it('limits the list of models', async () => {
    const list = JSON.stringify({ data: Array(50).fill({ id: 'small' }) });
    const client = createClient({ baseURL, transport: fakeTransport(answer(list)).transport });

    expect(await observe(client.models({ limits: { eventBytes: 100 } })).ended).toBeInstanceOf(LimitError);
    expect(await observe(client.models()).ended).toBeUndefined();
  });

  it('stop reading an answer that is one value and never ends', async () => {
    let pieces = 0;
    const endless = concat(
      of(head(), data('{"id":"')),
      range(0, 1_000_000).pipe(
        tap(() => (pieces += 1)),
        map(() => data('a'.repeat(100))),
      ),
    );
    const client = createClient({ baseURL, transport: fakeTransport(endless).transport, limits: { eventBytes: 1 } });

    const error = await observe(client.retrieveResponse('resp_1', { limits: { answerBytes: 1000 } })).ended;

    expect(error).toBeInstanceOf(LimitError);
    expect(error).toMatchObject({ kind: 'limit', limit: 'answerBytes', maximum: 1000, retryable: false });
    expect(pieces).toBeLessThan(15);
  });

  it('default to 128 MiB for an answer that is one value', async () => {
    const piece = data(' '.repeat(1024 * 1024));
    const ask = (count: number): Promise<unknown> => {
      const exchange = concat(of(head()), of(...Array<TransportEvent>(count).fill(piece)), of(data('{"id":"a"}')));
      return observe(createClient({ baseURL, transport: fakeTransport(exchange).transport }).retrieveResponse('a'))
        .ended;
    };

    expect(await ask(127)).toBeUndefined();
    expect(await ask(128)).toMatchObject({ name: 'LimitError', limit: 'answerBytes', maximum: 128 * 1024 * 1024 });
  });

  it('default to 16 MiB per event', async () => {
    const piece = data('a'.repeat(1024 * 1024));
    const exchange = (count: number): ReturnType<typeof answer> =>
      concat(of(head(), data('data: {"x":"')), of(...Array<TransportEvent>(count).fill(piece)), of(data('"}\n\n')));
    const client = (count: number): ReturnType<typeof createClient> =>
      createClient({ baseURL, transport: fakeTransport(exchange(count)).transport });

    expect(await observe(client(15).chat(chatRequest)).ended).not.toBeInstanceOf(LimitError);
    expect(await observe(client(16).chat(chatRequest)).ended).toMatchObject({ maximum: 16 * 1024 * 1024 });
  });
});
