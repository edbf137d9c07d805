import { config as rxjsConfig } from 'rxjs';
import type { RelayedBody, RelaySession } from '../../../src/server/index.js';
import { answer, chatRequest, eventStream } from '../../support/answers.js';
import { chatPath, errorOf, relayed } from '../../support/relayed.js';

const responseRequest = { model: 'small', input: 'Hi' };
const done = answer(
  eventStream({
    type: 'response.completed',
    response: { id: 'resp_1', object: 'response', status: 'completed', output: [] },
  }),
);

const says = (...content: readonly object[]): object => ({ ...chatRequest, messages: [{ role: 'user', content }] });
const asks = (...input: readonly object[]): object => ({ ...responseRequest, input });
const asksWith = (...content: readonly object[]): object => asks({ role: 'user', content });

/** Fields that reach into the account, where they stand, and what lets them through. */
const reaching: readonly (readonly [string, object, string, string])[] = [
  [
    '/responses',
    { ...responseRequest, previous_response_id: 'resp_0' },
    'previous_response_id',
    'previous_response_id',
  ],
  ['/responses', { ...responseRequest, conversation: 'conv_1' }, 'conversation', 'conversation'],
  ['/responses', { ...responseRequest, conversation: { id: 'conv_1' } }, 'conversation', 'conversation'],
  ['/responses', { ...responseRequest, prompt: { id: 'pmpt_1' } }, 'prompt', 'prompt'],
  ['/responses', { ...responseRequest, background: true }, 'background', 'background'],
  ['/responses', { ...responseRequest, store: true }, 'store', 'store'],
  ['/responses', { ...responseRequest, store: 'true' }, 'store', 'store'],
  [chatPath, { ...chatRequest, store: true }, 'store', 'store'],
  [chatPath, { ...chatRequest, web_search_options: {} }, 'web_search_options', 'web_search_options'],
  [
    chatPath,
    { ...chatRequest, messages: [{ role: 'assistant', audio: { id: 'audio_1' } }] },
    'messages[0].audio.id',
    'audio.id',
  ],
  ['/responses', asks({ type: 'item_reference', id: 'msg_1' }), 'input[0].type', 'item_reference'],
  ['/responses', asks({ role: 'user', content: 'Hi' }, { id: 'msg_1' }), 'input[1]', 'item_reference'],
  ['/responses', asks({ type: null, id: 'msg_1' }), 'input[0]', 'item_reference'],
  ['/responses', asksWith({ type: 'input_file', file_id: 'file_1' }), 'input[0].content[0].file_id', 'file_id'],
  [chatPath, says({ type: 'file', file: { file_id: 'file_1' } }), 'messages[0].content[0].file.file_id', 'file_id'],
  [
    '/responses',
    asks({ type: 'computer_call_output', call_id: 'c', output: { type: 'computer_screenshot', file_id: 'file_1' } }),
    'input[0].output.file_id',
    'file_id',
  ],
  ['/responses', { ...responseRequest, tools: [{ type: 'web_search' }] }, 'tools[0].type', 'web_search'],
  ['/responses', { ...responseRequest, tools: [{ type: 'web_search_2025_08_26' }] }, 'tools[0].type', 'web_search'],
  ['/responses', { ...responseRequest, tools: [{ type: 'mcp', server_label: 'a' }] }, 'tools[0].type', 'tools'],
  ['/responses', { ...responseRequest, tools: [{ type: 'new_tool' }] }, 'tools[0].type', 'tools'],
  [chatPath, { ...chatRequest, tools: [{ type: 'function', function: { name: 'a' } }, {}] }, 'tools[1].type', 'tools'],
  [chatPath, { ...chatRequest, tools: [{ type: ['function'] }] }, 'tools[0].type', 'tools'],
];

describe('A field that reaches into the account all users of a relay share', () => {
  it.each(reaching)('is refused: %s %j', async (path, body, param) => {
    const { post, received } = relayed();
    const response = await post(path, body);

    expect([response.status, received.length]).toEqual([400, 0]);
    expect(await errorOf(response)).toMatchObject({ type: 'invalid_request', param });
  });

  it.each(reaching)('is let through where it is allowed: %s %j', async (path, body, _, name) => {
    const { post, bodies } = relayed({ allow: [name] }, path === chatPath ? undefined : done);

    expect((await post(path, body)).status).toBe(200);
    expect(bodies()).toMatchObject([body]);
  });

  it('needs its own name beside that of its tool', async () => {
    const body = { ...responseRequest, tools: [{ type: 'file_search', vector_store_ids: ['vs_1'] }] };
    const first = await relayed({ allow: ['file_search'] }).post('/responses', body);
    const code = { ...responseRequest, tools: [{ type: 'code_interpreter', container: { type: 'auto' } }] };
    const other = await relayed({ allow: ['code_interpreter'] }).post('/responses', code);

    expect(await errorOf(first)).toMatchObject({ param: 'tools[0].vector_store_ids' });
    expect(await errorOf(other)).toMatchObject({ param: 'tools[0].container' });
    expect((await relayed({ allow: ['tools', 'vector_store_ids'] }, done).post('/responses', body)).status).toBe(200);
  });

  it('may be null or false', async () => {
    const fields = { previous_response_id: null, conversation: null, prompt: null, background: false, store: false };
    const { post, bodies } = relayed({}, done);

    expect((await post('/responses', { ...responseRequest, ...fields })).status).toBe(200);
    expect(bodies()).toMatchObject([fields]);
  });

  it('may stand in text, in schemas and in metadata', async () => {
    const schema = { type: 'object', properties: { file_id: { type: 'string' }, image_url: { type: 'string' } } };
    const { post, bodies } = relayed({}, done);
    const chat = {
      ...chatRequest,
      tools: [
        { type: 'function', function: { name: 'read', parameters: schema } },
        { type: 'custom', custom: { name: 'c' } },
      ],
      response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { ...schema, container: true } } },
      metadata: { file_id: 'mine', image_url: 'http://a.test' },
      messages: [{ role: 'user', content: '{"file_id":"file_1","type":"item_reference"}' }],
    };
    const response = {
      ...responseRequest,
      text: { format: { type: 'json_schema', name: 'a', schema: { properties: { vector_store_ids: true } } } },
      tools: [{ type: 'function', name: 'read', parameters: schema }],
      metadata: { container: 'mine' },
    };

    expect((await post('/responses', response)).status).toBe(200);
    expect((await relayed().post(chatPath, chat)).status).toBe(200);
    expect(bodies()).toMatchObject([response]);
  });
});

describe('An address that the upstream would fetch', () => {
  const places: readonly (readonly [string, (address: unknown) => object, string])[] = [
    [chatPath, (url) => says({ type: 'image_url', image_url: { url } }), 'messages[0].content[0].image_url.url'],
    [chatPath, (url) => says({ type: 'image_url', image_url: url }), 'messages[0].content[0].image_url'],
    [chatPath, (url) => says({ type: 'video_url', video_url: { url } }), 'messages[0].content[0].video_url.url'],
    ['/responses', (url) => asksWith({ type: 'input_image', image_url: url }), 'input[0].content[0].image_url'],
    ['/responses', (url) => asksWith({ type: 'input_file', file_url: url }), 'input[0].content[0].file_url'],
    [
      '/responses',
      (url) => asks({ type: 'computer_call_output', output: { type: 'computer_screenshot', image_url: url } }),
      'input[0].output.image_url',
    ],
    [
      '/responses',
      (url) => asks({ type: 'function_call_output', call_id: 'c', output: [{ type: 'input_image', image_url: url }] }),
      'input[0].output[0].image_url',
    ],
  ];
  const refused = ['http://169.254.169.254/', 'file:///etc/passwd', ' https://a.test', 'ftp://a.test', '//a.test', 7];

  it.each(places)('is refused unless it begins with https: or data: %s %p', async (path, bodyOf, param) => {
    const { post, received } = relayed();
    for (const address of refused) {
      const response = await post(path, bodyOf(address));

      expect([response.status, await errorOf(response)]).toMatchObject([400, { param }]);
    }
    expect(received).toEqual([]);
  });

  it.each(places)('is sent where it does: %s %p', async (path, bodyOf) => {
    const { post, bodies } = relayed({}, path === chatPath ? undefined : done);
    const sent = ['https://a.test/b.png', 'data:image/png;base64,AAAA', null].map(bodyOf);
    for (const body of sent) {
      expect((await post(path, body)).status).toBe(200);
    }
    expect(bodies()).toMatchObject(sent);
  });
});

describe('An address in the place of data, which some servers fetch,', () => {
  it.each<[string, (data: string) => object, string]>([
    [chatPath, (data) => says({ type: 'file', file: { file_data: data } }), 'messages[0].content[0].file.file_data'],
    [
      chatPath,
      (data) => says({ type: 'input_audio', input_audio: { data, format: 'wav' } }),
      'messages[0].content[0].input_audio.data',
    ],
    ['/responses', (data) => asksWith({ type: 'input_file', file_data: data }), 'input[0].content[0].file_data'],
  ])('is held to https: in %s %p, and data are not', async (path, bodyOf, param) => {
    const { post, bodies } = relayed({}, path === chatPath ? undefined : done);
    for (const address of ['http://169.254.169.254/', 'FILE:///etc/passwd', ' http://a.test']) {
      expect(await errorOf(await post(path, bodyOf(address)))).toMatchObject({ param });
    }
    const sent = ['https://a.test/b.pdf', 'data:application/pdf;base64,AAAA', 'JVBERi0xLjQ='].map(bodyOf);
    for (const body of sent) {
      expect((await post(path, body)).status).toBe(200);
    }

    expect(bodies()).toMatchObject(sent);
  });
});

describe('What a relay sends', () => {
  it('asks the upstream to store nothing of a response', async () => {
    const { post, bodies } = relayed({}, done);
    await post('/responses', responseRequest);
    await post('/responses', { ...responseRequest, store: null });

    expect(bodies()).toEqual([
      { ...responseRequest, store: false, stream: true },
      { ...responseRequest, store: false, stream: true },
    ]);
  });

  it('is a stream that counts tokens, whatever the caller asks for', async () => {
    const { post, bodies } = relayed();
    await post(chatPath, chatRequest);
    await post(chatPath, { ...chatRequest, stream: false, stream_options: null });
    await post(chatPath, { ...chatRequest, stream_options: { include_usage: false, include_obfuscation: false } });

    expect(bodies()).toEqual([
      { ...chatRequest, stream: true, stream_options: { include_usage: true } },
      { ...chatRequest, stream: true, stream_options: { include_usage: true } },
      { ...chatRequest, stream: true, stream_options: { include_usage: true, include_obfuscation: false } },
    ]);
  });
});

describe('prepare', () => {
  const reported: unknown[] = [];

  beforeEach(() => {
    reported.length = 0;
    rxjsConfig.onUnhandledError = (error) => reported.push(error);
  });

  afterEach(() => {
    rxjsConfig.onUnhandledError = null;
  });

  it('changes a body after all checks', async () => {
    const prepare = jest.fn((body: RelayedBody, { user }: RelaySession): RelayedBody => ({
      ...body,
      model: 'secret',
      safety_identifier: user,
    }));
    const { post, bodies } = relayed({ prepare, authorize: () => ({ user: 'anna' }) });

    expect((await post(chatPath, { ...chatRequest, model: 'other' })).status).toBe(404);
    expect(prepare).not.toHaveBeenCalled();
    expect((await post(chatPath, chatRequest)).status).toBe(200);
    expect(prepare).toHaveBeenCalledWith(chatRequest, { user: 'anna' });
    expect(bodies()).toMatchObject([{ model: 'secret', safety_identifier: 'anna', messages: chatRequest.messages }]);
  });

  it('can put back what a server rejects', async () => {
    const { post, bodies } = relayed({ prepare: (body) => ({ ...body, stream_options: null }) });
    await post(chatPath, chatRequest);

    expect(bodies()).toEqual([{ ...chatRequest, stream: true }]);
  });

  it.each<[string, () => unknown, string]>([
    ['nothing', () => undefined, 'prepare must return the body, and no Promise of it'],
    ['a Promise', () => Promise.resolve(chatRequest), 'prepare must return the body, and no Promise of it'],
    [
      'a body without messages',
      () => ({ model: 'small' }),
      'prepare must return a body that can be sent: chat() needs messages',
    ],
    [
      'a body that wants no stream',
      () => ({ ...chatRequest, stream: false }),
      'prepare must return a body that can be sent: chat() ',
    ],
  ])('that returns %s is a mistake of the operator', async (_, prepare, message) => {
    const { post, received } = relayed({ prepare: prepare as () => RelayedBody });
    const response = await post(chatPath, chatRequest);

    expect([response.status, received.length]).toEqual([500, 0]);
    expect(await errorOf(response)).toMatchObject({ message: 'The server failed' });
    expect(reported).toEqual([expect.any(TypeError)]);
    expect(String(reported[0])).toContain(`TypeError: ${message}`);
  });

  it('that throws is answered with 500 without its text, and a response that it throws is the answer', async () => {
    const failing = relayed({
      prepare: () => {
        throw new Error('Line 7');
      },
    });
    const refusing = relayed({
      prepare: () => {
        throw new Response('Too expensive', { status: 402 });
      },
    });
    const failed = await failing.post(chatPath, chatRequest);
    const refused = await refusing.post(chatPath, chatRequest);

    expect([failed.status, await failed.text()]).toEqual([500, expect.not.stringContaining('Line')]);
    expect([refused.status, await refused.text()]).toEqual([402, 'Too expensive']);
    expect(reported).toEqual([new Error('Line 7')]);
  });
});
