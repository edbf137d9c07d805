import { concat, of, throwError } from 'rxjs';
import type { LocalDelta } from '../../src/local/index.js';
import { chatBody, post, readEvents, useLocalServer, type Fields } from './local-server.js';

describe('the deltas of a model', () => {
  const weather: LocalDelta = {
    tool_calls: [{ id: 'call_1', function: { name: 'weather', arguments: '{"city":"Bonn"}' } }],
  };
  const url = useLocalServer({
    models: {
      whole: () => of('Let me look.', weather),
      two: () =>
        of({ tool_calls: [{ function: { name: 'one', arguments: { a: 1 } } }, { function: { name: 'two' } }] }),
      pieces: () =>
        of(
          { tool_calls: [{ index: 1, id: 'b', function: { name: 'late' } }] },
          { tool_calls: [{ index: 0, id: 'a', function: { name: 'early', arguments: '' } }] },
          { tool_calls: [{ function: { arguments: '{"x"' } }] },
          { tool_calls: [{ id: 'b', function: { arguments: '{}' } }] },
          { tool_calls: [{ index: 0, function: { arguments: ':1}' } }] },
        ),
      custom: () => of({ tool_calls: [{ id: 'c', custom: { name: 'shell', input: 'ls -l' } }] }),
      thinker: () => of({ reasoning_content: 'Hm' }, { reasoning_content: ', yes' }, { content: 'Yes' }, '.'),
      refuser: () => of({ refusal: 'I ' }, { refusal: 'cannot.' }),
      legacyCall: () => of({ function_call: { name: 'old', arguments: '{' } }, { function_call: { arguments: '}' } }),
      wrong: () => of({ tool_calls: 'none' }) as never,
      broken: () =>
        concat(
          of(weather),
          throwError(() => ({ status: 503, message: 'gone' })),
        ),
    },
  });
  const chat = (model: string, fields: Fields = {}): Promise<Response> =>
    post(`${url()}/chat/completions`, chatBody('', { model, ...fields }));
  const stream = async (model: string, fields: Fields = {}): Promise<[unknown, unknown][]> => {
    const { objects } = await readEvents(await chat(model, { stream: true, ...fields }));
    return objects.map(({ choices }) => {
      const [{ delta, finish_reason }] = choices as [{ delta: unknown; finish_reason: unknown }];
      return [delta, finish_reason];
    });
  };
  const answer = async (model: string, fields: Fields = {}): Promise<unknown> => {
    const { choices } = (await (await chat(model, fields)).json()) as { choices: [unknown] };
    return choices[0];
  };
  const call = (fields: object): object => ({ tool_calls: [fields] });
  const part = (index: number, text: string): [object, null] => [call({ index, function: { arguments: text } }), null];
  const someId = expect.stringMatching(/^call_[0-9a-f]{32}$/u) as string;

  describe('with a tool call', () => {
    it('are streamed with its name first, then its arguments in pieces', async () => {
      expect(await stream('whole')).toEqual([
        [{ role: 'assistant', content: '' }, null],
        [{ content: 'Let me look.' }, null],
        [call({ index: 0, id: 'call_1', type: 'function', function: { name: 'weather', arguments: '' } }), null],
        part(0, '{"'),
        part(0, 'city'),
        part(0, '":"'),
        part(0, 'Bonn'),
        part(0, '"}'),
        [{}, 'tool_calls'],
      ]);
    });

    it('put it into the message without a stream', async () => {
      expect(await answer('whole')).toEqual({
        index: 0,
        message: {
          role: 'assistant',
          content: 'Let me look.',
          refusal: null,
          tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Bonn"}' } }],
        },
        logprobs: null,
        finish_reason: 'tool_calls',
      });
    });

    it('get an index and an id if they have none, and its arguments as text', async () => {
      expect(await stream('two')).toEqual([
        [{ role: 'assistant', content: null }, null],
        [call({ index: 0, id: someId, type: 'function', function: { name: 'one', arguments: '' } }), null],
        part(0, '{"'),
        part(0, 'a'),
        part(0, '":'),
        part(0, '1'),
        part(0, '}'),
        [call({ index: 1, id: someId, type: 'function', function: { name: 'two', arguments: '' } }), null],
        [{}, 'tool_calls'],
      ]);
      expect(await answer('two')).toMatchObject({
        message: {
          content: null,
          tool_calls: [{ function: { name: 'one', arguments: '{"a":1}' } }, { function: { name: 'two' } }],
        },
      });
    });

    it('may emit it in parts, which are matched by index, by id or by order', async () => {
      expect(await answer('pieces')).toMatchObject({
        message: {
          content: null,
          tool_calls: [
            { id: 'a', type: 'function', function: { name: 'early', arguments: '{"x":1}' } },
            { id: 'b', type: 'function', function: { name: 'late', arguments: '{}' } },
          ],
        },
      });
      expect((await stream('pieces')).slice(3)).toEqual([
        part(0, '{"x"'),
        [call({ index: 1, id: 'b', function: { arguments: '{}' } }), null],
        part(0, ':1}'),
        [{}, 'tool_calls'],
      ]);
    });

    it('may call a custom tool', async () => {
      expect((await stream('custom'))[1]).toEqual([
        call({ index: 0, id: 'c', type: 'custom', custom: { name: 'shell', input: '' } }),
        null,
      ]);
      expect(await answer('custom')).toMatchObject({
        message: { tool_calls: [{ id: 'c', type: 'custom', custom: { name: 'shell', input: 'ls -l' } }] },
      });
    });

    it('are cut at max_tokens like text', async () => {
      expect((await stream('whole', { max_tokens: 3 })).slice(-2)).toEqual([part(0, '{"'), [{}, 'length']]);
      expect(await answer('whole', { max_tokens: 3 })).toMatchObject({
        message: { tool_calls: [{ function: { arguments: '{"' } }] },
        finish_reason: 'length',
      });
    });

    it('are not searched for stop sequences, unlike text', async () => {
      expect(await answer('whole', { stop: 'Bonn' })).toMatchObject({ finish_reason: 'tool_calls' });
      expect(await answer('whole', { stop: ' look' })).toMatchObject({
        message: { content: 'Let me' },
        finish_reason: 'stop',
      });
    });
  });

  it('stream reasoning as it is, and put it into the message', async () => {
    expect(await stream('thinker')).toEqual([
      [{ role: 'assistant', content: '' }, null],
      [{ reasoning_content: 'Hm' }, null],
      [{ reasoning_content: ', yes' }, null],
      [{ content: 'Yes' }, null],
      [{ content: '.' }, null],
      [{}, 'stop'],
    ]);
    expect(await answer('thinker')).toMatchObject({ message: { content: 'Yes.', reasoning_content: 'Hm, yes' } });
  });

  it('stream a refusal as it is, and put it into the message', async () => {
    expect((await stream('refuser')).slice(1)).toEqual([
      [{ refusal: 'I ' }, null],
      [{ refusal: 'cannot.' }, null],
      [{}, 'stop'],
    ]);
    expect(await answer('refuser')).toMatchObject({ message: { content: null, refusal: 'I cannot.' } });
  });

  it('have a finish reason of its own for the deprecated function call', async () => {
    expect(await answer('legacyCall')).toMatchObject({
      message: { content: null, function_call: { name: 'old', arguments: '{}' } },
      finish_reason: 'function_call',
    });
  });

  it('are sent by the legacy endpoint as their text', async () => {
    const complete = (fields: Fields): Promise<Response> =>
      post(`${url()}/completions`, { model: 'thinker', prompt: '', ...fields });
    const { objects } = await readEvents(await complete({ stream: true }));

    expect(objects.map(({ choices }) => choices)).toMatchObject([
      [{ text: 'Yes', finish_reason: null }],
      [{ text: '.', finish_reason: 'stop' }],
    ]);
    expect(await (await complete({})).json()).toMatchObject({ choices: [{ text: 'Yes.' }] });
  });

  it('fail with a 500 if one is invalid', async () => {
    const response = await chat('wrong', { stream: true });

    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({
      error: { message: "The model 'wrong' failed: a model must emit strings or chat deltas" },
    });
  });

  it('are followed by an error frame if the model fails after them', async () => {
    const { objects, last } = await readEvents(await chat('broken', { stream: true }));

    expect(objects.at(-1)).toEqual({ error: { message: 'gone', type: 'server_error', param: null, code: null } });
    expect(last).not.toBe('[DONE]');
  });
});
