import { from, type Observable } from 'rxjs';
import type { ChatCompletionChunk, ResponseEvent } from '../../../src/index.js';
import { relay } from '../../../src/server/index.js';
import { fakeClient, responseEvents } from '../../../src/testing/index.js';
import { answer, chatRequest, eventStream } from '../../support/answers.js';
import { chatPath, relayed } from '../../support/relayed.js';
import { collectReported } from '../../support/reported.js';

collectReported();

type Delta = Readonly<Record<string, unknown>>;

function chunk(delta: Delta, finish_reason: string | null = null, fields: object = {}): object {
  const { index = 0, logprobs = null, ...rest } = fields as { index?: number; logprobs?: unknown };
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1700000000,
    model: 'small-2',
    system_fingerprint: 'fp_1',
    obfuscation: 'xyz',
    choices: [{ index, delta, finish_reason, logprobs }],
    ...rest,
  };
}

async function completionOf(...chunks: readonly object[]): Promise<Record<string, unknown>> {
  const response = await relayed({}, answer(eventStream(...chunks, '[DONE]'))).post(chatPath, { ...chatRequest, n: 2 });
  expect(response.headers.get('content-type')).toBe('application/json');
  return (await response.json()) as Record<string, unknown>;
}

async function choicesOf(...chunks: readonly object[]): Promise<unknown> {
  return (await completionOf(...chunks))['choices'];
}

describe('A request for chunks without stream', () => {
  it('is answered with one completion', async () => {
    const usage = {
      prompt_tokens: 3,
      completion_tokens: 2,
      total_tokens: 5,
      completion_tokens_details: { reasoning_tokens: 0 },
    };
    const completion = await completionOf(
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'Hel' }, null, { service_tier: 'default' }),
      chunk({ content: 'lo' }, 'stop'),
      { ...chunk({}), choices: [], usage },
    );

    expect(completion).toEqual({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1700000000,
      model: 'small-2',
      system_fingerprint: 'fp_1',
      service_tier: 'default',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hello', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage,
    });
  });

  it('has all choices in order', async () => {
    const choices = await choicesOf(
      chunk({ role: 'assistant', content: 'B' }, null, { index: 1 }),
      chunk({ role: 'assistant', content: 'A' }),
      chunk({ content: 'b' }, 'length', { index: 1 }),
      chunk({ content: 'a' }, 'stop'),
    );

    expect(choices).toMatchObject([
      { index: 0, message: { content: 'Aa' }, finish_reason: 'stop' },
      { index: 1, message: { content: 'Bb' }, finish_reason: 'length' },
    ]);
  });

  it('has tool calls, and those that were cut off as they are', async () => {
    const call = (index: number, fields: object): Delta => ({ tool_calls: [{ index, ...fields }] });
    const choices = await choicesOf(
      chunk(call(0, { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a"' } })),
      chunk(call(0, { function: { arguments: ':1}' } })),
      chunk(call(1, { id: 'call_2', type: 'custom', custom: { name: 'c', input: 'free ' } })),
      chunk(call(1, { custom: { input: 'text' } })),
      chunk(call(2, { id: 'call_3', type: 'function', function: { name: 'g', arguments: '{"b":' } }), 'length'),
    );

    expect(choices).toEqual([
      {
        index: 0,
        message: {
          role: 'assistant',
          content: null,
          refusal: null,
          tool_calls: [
            { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } },
            { id: 'call_2', type: 'custom', custom: { name: 'c', input: 'free text' } },
            { id: 'call_3', type: 'function', function: { name: 'g', arguments: '{"b":' } },
          ],
        },
        logprobs: null,
        finish_reason: 'length',
      },
    ]);
  });

  it('has refusals, the deprecated call, reasoning and further fields', async () => {
    const choices = await choicesOf(
      chunk({ role: 'assistant', refusal: 'I ' }),
      chunk({ refusal: 'cannot' }, 'stop'),
      chunk({ reasoning: 'Let me ', reasoning_details: [{ type: 'a' }] }, null, { index: 1 }),
      chunk({ reasoning: 'see', reasoning_details: [{ type: 'b' }] }, null, { index: 1 }),
      chunk({ function_call: { name: 'f', arguments: '{}' } }, 'function_call', { index: 1 }),
      chunk({ content: 'Yes', annotations: [{ type: 'url_citation' }] }, 'stop', { index: 2 }),
    );

    expect(choices).toMatchObject([
      { message: { content: null, refusal: 'I cannot' } },
      {
        message: {
          content: null,
          reasoning: 'Let me see',
          reasoning_details: [{ type: 'a' }, { type: 'b' }],
          function_call: { name: 'f', arguments: '{}' },
        },
        finish_reason: 'function_call',
      },
      { message: { content: 'Yes', annotations: [{ type: 'url_citation' }] } },
    ]);
  });

  it('has the log probabilities', async () => {
    const tokens = [
      { token: 'Hel', logprob: -1, top_logprobs: [] },
      { token: 'lo', logprob: -2, top_logprobs: [] },
    ];
    const choices = await choicesOf(
      chunk({ content: 'Hel' }, null, { logprobs: { content: [tokens[0]], refusal: null } }),
      chunk({ content: 'lo' }, 'stop', { logprobs: { content: [tokens[1]], refusal: null } }),
      chunk({ refusal: 'No' }, 'stop', { index: 1, logprobs: { content: null, refusal: [tokens[0]] } }),
    );

    expect(choices).toMatchObject([
      { logprobs: { content: tokens, refusal: null } },
      { logprobs: { content: null, refusal: [tokens[0]] } },
    ]);
  });

  it('has no keys of prototypes', async () => {
    const hostile = JSON.stringify(chunk({ content: 'a', x: 1 }, 'stop')).replaceAll(
      /"(?:x|obfuscation)"/gu,
      '"__proto__"',
    );
    const response = await relayed({}, answer(eventStream(hostile, '[DONE]'))).post(chatPath, chatRequest);

    expect(await response.json()).toMatchObject({ id: 'chatcmpl-1', choices: [{ message: { content: 'a' } }] });
    expect(({} as Delta)['x']).toBeUndefined();
  });

  it('says that it stopped where the upstream gave no reason', async () => {
    expect(await choicesOf({ choices: [{ index: 0, delta: { content: 'a' } }] })).toMatchObject([
      { finish_reason: 'stop' },
    ]);
  });
});

describe('A request for a response without stream', () => {
  const ask = (reply: Observable<ChatCompletionChunk | ResponseEvent>): Promise<Response> => {
    const handle = relay({ client: fakeClient(reply), authorize: 'anyone', models: ['small'] });
    return handle(
      new Request('http://localhost/v1/responses', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'small', input: 'Hi' }),
      }),
    );
  };
  const ending = (type: string, response: object): ResponseEvent[] =>
    [
      { type: 'response.created', response: { id: 'resp_1', object: 'response', status: 'in_progress', output: [] } },
      { type, response: { id: 'resp_1', object: 'response', output: [], ...response } },
    ] as unknown as ResponseEvent[];

  it('is answered with the response of the last event', async () => {
    const response = await ask(from(responseEvents('Hello')));

    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      object: 'response',
      status: 'completed',
      output: [{ type: 'message', content: [{ type: 'output_text', text: 'Hello' }] }],
    });
  });

  it('is answered with one that is incomplete as it is', async () => {
    const incomplete = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
    const response = await ask(from(ending('response.incomplete', incomplete)));

    expect([response.status, await response.json()]).toMatchObject([200, incomplete]);
  });

  it('is answered with one that failed, whose error is told by the table', async () => {
    const failed = (code: string): ResponseEvent[] =>
      ending('response.failed', { status: 'failed', error: { code, message: 'Organization org-1 failed' } });
    const server = await ask(from(failed('server_error')));
    const quota = await ask(from(failed('insufficient_quota')));

    expect([server.status, await server.json()]).toMatchObject([
      200,
      { id: 'resp_1', status: 'failed', error: { code: 'server_error', message: "The model's server failed" } },
    ]);
    expect(await quota.json()).toMatchObject({ status: 'failed', error: { code: 'upstream_unavailable' } });
  });
});
