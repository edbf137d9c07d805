import OpenAI, { APIError, BadRequestError, NotFoundError, RateLimitError } from 'openai';
import type { ResponseStreamEvent } from 'openai/resources/responses/responses';
import { concat, Observable, of, Subject, throwError } from 'rxjs';
import { createQueue } from '../support/queue.js';
import { useLocalServer } from './local-server.js';

describe('the openai client with responses', () => {
  const started = createQueue<Subject<string>>();
  const url = useLocalServer({
    models: {
      weather: ({ messages }) =>
        messages.at(-1)?.role === 'tool'
          ? of('It is ', JSON.stringify(messages.at(-1)?.content), '.')
          : of({ tool_calls: [{ function: { name: 'weather', arguments: '{"city":"Bonn"}' } }] }),
      led: () =>
        new Observable((subscriber) => {
          const pieces = new Subject<string>();
          started.put(pieces);
          return pieces.subscribe(subscriber);
        }),
      busy: () => throwError(() => ({ status: 429, message: 'Slow down' })),
      breaking: () =>
        concat(
          of('one'),
          throwError(() => new Error('no idea')),
        ),
    },
  });
  const client = (): OpenAI => new OpenAI({ baseURL: url(), apiKey: 'none', maxRetries: 0 });
  const failure = (action: Promise<unknown>): Promise<unknown> =>
    action.then(
      () => undefined,
      (error: unknown) => error,
    );

  async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
    const values: T[] = [];
    for await (const value of source) {
      values.push(value);
    }
    return values;
  }

  function textOf(events: readonly ResponseStreamEvent[]): string {
    return events.map((event) => (event.type === 'response.output_text.delta' ? event.delta : '')).join('');
  }

  it('creates one', async () => {
    const response = await client().responses.create({ model: 'echo', input: 'Hello, world' });

    expect(response).toMatchObject({ status: 'completed', output_text: 'Hello, world', usage: { total_tokens: 6 } });
  });

  it('streams one', async () => {
    const events = await collect(
      await client().responses.create({ model: 'echo', input: 'Hello, world', stream: true }),
    );

    expect(textOf(events)).toBe('Hello, world');
    expect(events.at(-1)).toMatchObject({ type: 'response.completed', response: { status: 'completed' } });
  });

  it('accumulates one with its own helper', async () => {
    const response = await client().responses.stream({ model: 'echo', input: 'Hello, world' }).finalResponse();

    expect(response.output_text).toBe('Hello, world');
  });

  it('answers calls over two turns', async () => {
    const tools = [{ type: 'function' as const, name: 'weather', parameters: {}, strict: false }];
    const first = await client().responses.stream({ model: 'weather', input: 'In Bonn?', tools }).finalResponse();
    const [call] = first.output;
    const second = await client().responses.create({
      model: 'weather',
      previous_response_id: first.id,
      input: [
        { type: 'function_call_output', call_id: call?.type === 'function_call' ? call.call_id : '', output: 'sunny' },
      ],
    });

    expect(call).toMatchObject({ type: 'function_call', name: 'weather', arguments: '{"city":"Bonn"}' });
    expect(second.output_text).toBe('It is "sunny".');
  });

  it('reads one in the background again from any event', async () => {
    const stream = await client().responses.create({ model: 'led', input: 'Hello', stream: true, background: true });
    const pieces = await started.take();
    pieces.next('one');
    const seen: ResponseStreamEvent[] = [];
    for await (const event of stream) {
      seen.push(event);
      if (event.type === 'response.output_text.delta') {
        break;
      }
    }
    const [created] = seen;
    const id = created?.type === 'response.created' ? created.response.id : '';
    const resumed = await client().responses.retrieve(id, {
      stream: true,
      starting_after: seen.at(-1)!.sequence_number,
    });
    pieces.next(' two');
    pieces.complete();
    const events = await collect(resumed);

    expect([...seen, ...events].map(({ sequence_number }) => sequence_number)).toEqual(
      [...seen, ...events].map((_, index) => index),
    );
    expect(textOf([...seen, ...events])).toBe('one two');
    expect(await client().responses.retrieve(id)).toMatchObject({ id, status: 'completed', output_text: 'one two' });
  });

  it('polls, cancels and deletes one in the background', async () => {
    const { id, status } = await client().responses.create({ model: 'led', input: 'Hello', background: true });
    await started.take();
    const { status: polled } = await client().responses.retrieve(id);
    const { status: cancelled } = await client().responses.cancel(id);

    expect([status, polled, cancelled]).toEqual(['queued', 'in_progress', 'cancelled']);
    await client().responses.delete(id);
    expect(await failure(client().responses.retrieve(id))).toBeInstanceOf(NotFoundError);
  });

  it('throws its own errors', async () => {
    const create = (fields: object): Promise<unknown> =>
      client().responses.create({ model: 'echo', input: 'Hello', ...fields });
    const { id } = await client().responses.create({ model: 'echo', input: 'Hello' });
    const broken = await failure(
      collect(await client().responses.create({ model: 'breaking', input: 'Hello', stream: true })),
    );

    expect(await failure(create({ model: 'gpt-9' }))).toBeInstanceOf(NotFoundError);
    expect(await failure(create({ model: 'busy' }))).toBeInstanceOf(RateLimitError);
    expect(await failure(create({ input: 4 }))).toMatchObject({ status: 400, param: 'input' });
    expect(await failure(client().responses.cancel(id))).toBeInstanceOf(BadRequestError);
    expect(broken).toBeInstanceOf(APIError);
    expect(broken).toMatchObject({ message: expect.stringContaining('no idea') as string });
  });

  it('creates embeddings, by default in base64', async () => {
    const input = ['Hello', 'world'];
    const { data, usage } = await client().embeddings.create({ model: 'text-embedding-3-small', input });
    const floats = await client().embeddings.create({
      model: 'text-embedding-3-small',
      input,
      encoding_format: 'float',
    });

    expect(data.map(({ embedding }) => Array.from(embedding))).toEqual(floats.data.map(({ embedding }) => embedding));
    expect(data[0]?.embedding).toHaveLength(1024);
    expect(usage).toEqual({ prompt_tokens: 2, total_tokens: 2 });
  });

  it('creates moderations', async () => {
    const { results } = await client().moderations.create({ input: ['Good morning', 'You idiot'] });

    expect(results.map(({ flagged }) => flagged)).toEqual([false, true]);
    expect(results[1]?.categories.harassment).toBe(true);
  });
});
