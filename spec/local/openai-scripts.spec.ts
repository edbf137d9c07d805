import OpenAI, {
  APIError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  UnprocessableEntityError,
} from 'openai';
import { defer, of, throwError } from 'rxjs';
import { useLocalServer } from './local-server.js';

describe('the openai client with a model of your own', () => {
  const call = (city: string): { name: string; arguments: string } => ({
    name: 'weather',
    arguments: `{"city":"${city}"}`,
  });
  let attempts = 0;
  const url = useLocalServer({
    key: 'sk-local',
    models: {
      weather: () => of({ tool_calls: [{ function: call('Bonn') }, { function: call('Köln') }] }),
      status: ({ prompt }) => throwError(() => ({ status: Number(prompt), message: 'as asked' })),
      'busy-once': () =>
        defer(() => {
          attempts += 1;
          return attempts === 1
            ? throwError(() => ({ status: 429, headers: { 'retry-after-ms': '1' } }))
            : of('at last');
        }),
    },
  });
  const limited = useLocalServer({ rateLimit: { requests: 1, window: 1500 } });

  const client = (config: object = {}): OpenAI =>
    new OpenAI({ baseURL: url(), apiKey: 'sk-local', maxRetries: 0, ...config });
  const asking = (
    model: string,
    content = 'Hello, world',
  ): { model: string; messages: [{ role: 'user'; content: string }] } => ({
    model,
    messages: [{ role: 'user', content }],
  });
  const failure = (action: Promise<unknown>): Promise<unknown> =>
    action.then(
      () => undefined,
      (error: unknown) => error,
    );

  describe('gets tool calls', () => {
    const tools: OpenAI.ChatCompletionTool[] = [{ type: 'function', function: { name: 'weather', parameters: {} } }];
    const finished = {
      finish_reason: 'tool_calls',
      message: {
        content: null,
        tool_calls: [
          { id: expect.any(String) as string, type: 'function', function: call('Bonn') },
          { id: expect.any(String) as string, type: 'function', function: call('Köln') },
        ],
      },
    };

    it('in the message', async () => {
      const { choices } = await client().chat.completions.create({ ...asking('weather'), tools });

      expect(choices).toMatchObject([finished]);
    });

    it('from a stream with its own helper', async () => {
      const { choices } = await client()
        .chat.completions.stream({ ...asking('weather'), tools })
        .finalChatCompletion();

      expect(choices).toMatchObject([finished]);
    });

    it('and sends them back with their results', async () => {
      const { choices } = await client().chat.completions.create({ ...asking('weather'), tools });
      const results = choices
        .flatMap(({ message }) => message.tool_calls ?? [])
        .map(({ id }) => ({ role: 'tool' as const, tool_call_id: id, content: 'rain' }));
      const answer = await client().chat.completions.create({
        model: 'echo',
        messages: [...asking('echo').messages, ...choices.map(({ message }) => message), ...results],
      });

      expect(results).toHaveLength(2);
      expect(answer.choices[0]?.message.content).toBe('Hello, world');
    });
  });

  it('accumulates two choices from a stream', async () => {
    const { choices } = await client()
      .chat.completions.stream({ ...asking('echo'), n: 2 })
      .finalChatCompletion();

    expect(choices).toMatchObject(
      [0, 1].map((index) => ({ index, finish_reason: 'stop', message: { content: 'Hello, world' } })),
    );
  });

  it('gets an answer that ends before a stop sequence', async () => {
    const { choices } = await client().chat.completions.create({ ...asking('echo'), stop: [' wor'] });

    expect(choices).toMatchObject([{ message: { content: 'Hello,' }, finish_reason: 'stop' }]);
  });

  describe.each([true, false])('with stream: %s throws its own errors', (stream) => {
    it.each([
      [400, BadRequestError],
      [401, AuthenticationError],
      [403, PermissionDeniedError],
      [404, NotFoundError],
      [409, ConflictError],
      [422, UnprocessableEntityError],
      [429, RateLimitError],
      [500, InternalServerError],
      [503, InternalServerError],
      [418, APIError],
    ])('for status %d', async (status, expected) => {
      const error = await failure(client().chat.completions.create({ ...asking('status', String(status)), stream }));

      expect(error).toBeInstanceOf(expected);
      expect(error).toMatchObject({ status, message: `${status} as asked` });
    });

    it('for another key', async () => {
      const error = await failure(
        client({ apiKey: 'sk-other' }).chat.completions.create({ ...asking('echo'), stream }),
      );

      expect(error).toBeInstanceOf(AuthenticationError);
      expect(error).toMatchObject({ status: 401, code: 'invalid_api_key', type: 'invalid_request_error' });
    });
  });

  describe('retries a 429', () => {
    it('of a model after the pause it names', async () => {
      attempts = 0;
      const { choices } = await client({ maxRetries: 1 }).chat.completions.create(asking('busy-once'));

      expect(choices[0]?.message.content).toBe('at last');
      expect(attempts).toBe(2);
    });

    it('of the rate limit after the pause in its headers', async () => {
      const unhurried = client({ baseURL: limited() });
      const { response } = await unhurried.chat.completions.create(asking('echo')).withResponse();
      const error = await failure(unhurried.chat.completions.create(asking('echo')));
      const retried = await client({ baseURL: limited(), maxRetries: 2 }).chat.completions.create(asking('echo'));

      expect(response.headers.get('x-ratelimit-remaining-requests')).toBe('0');
      expect(error).toBeInstanceOf(RateLimitError);
      expect(error).toMatchObject({ code: 'rate_limit_exceeded', type: 'requests' });
      expect(Number((error as RateLimitError).headers.get('retry-after-ms'))).toBeGreaterThan(0);
      expect(retried.choices[0]?.message.content).toBe('Hello, world');
    });
  });
});
