import { concat, from, map, of, type Observable } from 'rxjs';
import type { LocalModelRequest } from '../../src/local/index.js';
import { chatBody, post, readEvents, useLocalServer } from './local-server.js';

describe('chat completions', () => {
  const seen: LocalModelRequest[] = [];
  const url = useLocalServer({
    models: {
      silent: () => of(),
      recorder: (request) => {
        seen.push(request);
        return of('seen');
      },
      roles: ({ messages }): Observable<string> => from(messages).pipe(map(({ role }) => role)),
      'emits-at-once': () => concat(of('a', '', 'b'), of('\n\n', '"}')),
    },
  });
  const chat = (body: unknown): Promise<Response> => post(`${url()}/chat/completions`, body);
  const common = {
    id: expect.stringMatching(/^chatcmpl-[0-9a-f]{32}$/u) as string,
    created: expect.any(Number) as number,
    model: 'echo',
    system_fingerprint: 'rxllm-local',
  };
  const chunk = (delta: object, reason: string | null = null): object => ({
    ...common,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }],
  });

  describe('as a stream', () => {
    it('are server-sent events that proxies do not buffer', async () => {
      const response = await chat(chatBody('Hello', { stream: true }));

      expect(response.status).toBe(200);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache',
        'x-accel-buffering': 'no',
        'x-request-id': expect.stringMatching(/^req_[0-9a-f]{32}$/u) as string,
      });
      await response.text();
    });

    it('have the role, the pieces, the finish reason and [DONE], under one id', async () => {
      const { objects, last } = await readEvents(await chat(chatBody('Hello, world', { stream: true })));

      expect(objects).toEqual([
        chunk({ role: 'assistant', content: '' }),
        chunk({ content: 'Hello' }),
        chunk({ content: ',' }),
        chunk({ content: ' world' }),
        chunk({}, 'stop'),
      ]);
      expect(new Set(objects.map(({ id }) => id)).size).toBe(1);
      expect(last).toBe('[DONE]');
    });

    it('end with the token counts if the request asks for them', async () => {
      const body = chatBody('Hello, world', { stream: true, stream_options: { include_usage: true } });
      const { objects } = await readEvents(await chat(body));

      expect(objects.slice(0, -1).map(({ usage }) => usage)).toEqual([null, null, null, null, null]);
      expect(objects.at(-1)).toEqual({
        ...common,
        object: 'chat.completion.chunk',
        choices: [],
        usage: { prompt_tokens: 3, completion_tokens: 3, total_tokens: 6 },
      });
    });

    it.each([
      ['if stream_options is null', { stream_options: null }],
      ['if the request does not ask for it', { stream_options: { include_usage: false } }],
    ])('have no usage %s', async (_, fields) => {
      const { objects } = await readEvents(await chat(chatBody('Hello', { stream: true, ...fields })));

      expect(objects.some((object) => 'usage' in object)).toBe(false);
    });

    it('have one chunk for each piece the model emits, even if it is empty', async () => {
      const { objects } = await readEvents(await chat(chatBody('', { stream: true, model: 'emits-at-once' })));
      const contents = objects.map(({ choices }) => (choices as [{ delta: { content?: string } }])[0].delta.content);

      expect(contents).toEqual(['', 'a', '', 'b', '\n\n', '"}', undefined]);
    });

    it('have only the role and the finish reason if the model emits nothing', async () => {
      const { objects, last } = await readEvents(await chat(chatBody('', { stream: true, model: 'silent' })));

      expect(objects.map(({ choices }) => choices)).toEqual([
        [{ index: 0, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }],
        [{ index: 0, delta: {}, logprobs: null, finish_reason: 'stop' }],
      ]);
      expect(last).toBe('[DONE]');
    });
  });

  it('are one object without a stream', async () => {
    const response = await chat(chatBody('Hello, world'));

    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({
      ...common,
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hello, world', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: 3, completion_tokens: 3, total_tokens: 6 },
    });
  });

  it.each([
    ['max_tokens', { max_tokens: 2 }, 'one two', 'length'],
    ['max_completion_tokens rather than max_tokens', { max_tokens: 3, max_completion_tokens: 1 }, 'one', 'length'],
    ['a limit the answer just fits', { max_tokens: 3 }, 'one two three', 'stop'],
    ['a limit of null, which is none', { max_tokens: null }, 'one two three', 'stop'],
  ])('respect %s', async (_, fields, content, reason) => {
    const answer: unknown = await (await chat(chatBody('one two three', fields))).json();

    expect(answer).toMatchObject({ choices: [{ message: { content }, finish_reason: reason }] });
  });

  it('of echo repeat the last user message, with its text parts joined by line feeds', async () => {
    const messages = [
      { role: 'user', content: 'first' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'look at this' },
          { type: 'image_url', image_url: { url: 'data:,' } },
          { type: 'text', text: 'picture' },
        ],
      },
      { role: 'assistant', content: null },
      { role: 'tool', tool_call_id: 'call_1', content: 'a result' },
    ];
    const answer: unknown = await (await chat({ model: 'echo', messages })).json();

    expect(answer).toMatchObject({ choices: [{ message: { content: 'look at this\npicture' } }] });
  });

  it('pass the checked request to the model', async () => {
    const body = chatBody('Hello', { model: 'recorder', temperature: 0.5 });
    await (await chat(body)).text();

    expect(seen).toEqual([
      {
        operation: 'chat',
        model: 'recorder',
        messages: [{ role: 'user', content: 'Hello' }],
        prompt: 'Hello',
        tools: [],
        mustCall: false,
        body,
      },
    ]);
  });

  it('accept every role', async () => {
    const messages = [
      { role: 'system', content: 'a' },
      { role: 'developer', content: [{ type: 'text', text: 'a' }] },
      { role: 'assistant' },
      { role: 'function', name: 'f', content: null },
    ];
    const answer: unknown = await (await chat({ model: 'roles', messages })).json();

    expect(answer).toMatchObject({ choices: [{ message: { content: 'systemdeveloperassistantfunction' } }] });
  });

  it('keep every character', async () => {
    const text = 'Grüße, 世界! 👩‍👩‍👧 \u0000\u2028 "quotes" \\ \r\n\ttabs \uD83D end';
    const { objects } = await readEvents(await chat(chatBody(text, { stream: true })));
    const pieces = objects.map(({ choices }) => (choices as [{ delta: { content?: string } }])[0].delta.content);

    expect(pieces.join('')).toBe(text);
  });
});
