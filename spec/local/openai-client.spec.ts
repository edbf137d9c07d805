import OpenAI, { APIError, BadRequestError, InternalServerError, NotFoundError } from 'openai';
import { concat, of, throwError } from 'rxjs';
import { useLocalServer } from './local-server.js';

describe('the openai client', () => {
  const url = useLocalServer({
    models: {
      breaking: () =>
        concat(
          of('one'),
          throwError(() => new Error('no idea')),
        ),
    },
  });
  const client = (): OpenAI => new OpenAI({ baseURL: url(), apiKey: 'none', maxRetries: 0 });
  const messages = [{ role: 'user' as const, content: 'Hello, world' }];

  async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
    const values: T[] = [];
    for await (const value of source) {
      values.push(value);
    }
    return values;
  }

  it('streams chat', async () => {
    const stream = await client().chat.completions.create({
      model: 'echo',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await collect(stream);

    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('Hello, world');
    expect(chunks.at(-1)?.usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 3 });
  });

  it('accumulates streamed chat with its own helper', async () => {
    const completion = await client().chat.completions.stream({ model: 'echo', messages }).finalChatCompletion();

    expect(completion.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'Hello, world' } });
  });

  it('completes chat', async () => {
    const { data, request_id } = await client().chat.completions.create({ model: 'echo', messages }).withResponse();

    expect(data.choices[0]?.message.content).toBe('Hello, world');
    expect(data.usage?.total_tokens).toBe(6);
    expect(request_id).toMatch(/^req_/u);
  });

  it('streams legacy completions', async () => {
    const stream = await client().completions.create({ model: 'echo', prompt: 'Once upon', stream: true });
    const chunks = await collect(stream);

    expect(chunks.map(({ choices }) => choices[0])).toMatchObject([
      { text: 'Once', finish_reason: null },
      { text: ' upon', finish_reason: 'stop' },
    ]);
  });

  it('completes legacy completions', async () => {
    const { choices } = await client().completions.create({ model: 'echo', prompt: 'Once upon', max_tokens: 1 });

    expect(choices).toMatchObject([{ text: 'Once', finish_reason: 'length' }]);
  });

  it('lists and retrieves models', async () => {
    const models = await collect(client().models.list());

    expect(models.map(({ id }) => id)).toEqual(['docs', 'echo', 'breaking']);
    expect(await client().models.retrieve('echo')).toMatchObject({ id: 'echo', object: 'model' });
  });

  describe('throws its own errors', () => {
    const create = (fields: object): Promise<unknown> =>
      client().chat.completions.create({ model: 'echo', messages, ...fields });
    const failure = (action: Promise<unknown>): Promise<unknown> =>
      action.then(
        () => undefined,
        (error: unknown) => error,
      );

    it('such as NotFoundError for an unknown model', async () => {
      const error = await failure(create({ model: 'gpt-9' }));

      expect(error).toBeInstanceOf(NotFoundError);
      expect(error).toMatchObject({ status: 404, code: 'model_not_found', param: 'model' });
    });

    it('such as BadRequestError for a message without a role', async () => {
      const error = await failure(create({ messages: [...messages, { content: 'no role' }] }));

      expect(error).toBeInstanceOf(BadRequestError);
      expect(error).toMatchObject({ param: 'messages[1].role', type: 'invalid_request_error' });
    });

    it('such as InternalServerError for a model that fails', async () => {
      expect(await failure(create({ model: 'breaking' }))).toBeInstanceOf(InternalServerError);
    });

    it('such as APIError for a stream that ends with an error', async () => {
      const stream = await client().chat.completions.create({ model: 'breaking', messages, stream: true });
      const error = await failure(collect(stream));

      expect(error).toBeInstanceOf(APIError);
      expect(error).toMatchObject({ message: expect.stringContaining('no idea') as string });
    });
  });
});
