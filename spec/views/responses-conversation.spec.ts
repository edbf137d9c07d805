import { concat, distinctUntilChanged, from, last, map, NEVER, of, throwError, toArray } from 'rxjs';
import {
  type ClientConfig,
  type ConversationCommand,
  type ConversationView,
  converse,
  createClient,
  historyOf,
  type ResponseRequest,
  type ResponsesConverseConfig,
  type Transport,
  type Turn,
  type UserContent,
} from '../../src/index.js';
import {
  type DescribedOutput,
  fakeClient,
  fakeTransport,
  responseEvents,
  type ResponseEventsConfig,
  runMarbles,
} from '../../src/testing/index.js';
import { summaryOf, turn } from './fake-chat.js';

const request = { model: 'm-1' };
const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });

/** A reply of a response, as a server sends it. */
function reply(output: DescribedOutput, config?: ResponseEventsConfig) {
  return from(responseEvents(output, config));
}

interface Held {
  readonly requests: readonly ResponseRequest[];
  readonly turns: readonly Turn[];
}

/** Sends commands one after the other, and returns the requests and the turns. */
function hold(
  commands: readonly ConversationCommand[],
  replies: Parameters<typeof fakeClient>[0],
  config: Partial<ResponsesConverseConfig> = {},
): Held {
  const client = fakeClient(replies);
  let turns: readonly Turn[] = [];
  from(commands)
    .pipe(converse(client, { api: 'responses', request, ...config }))
    .subscribe((view) => ({ turns } = view));
  return { requests: client.requests.map((asked) => asked.request as ResponseRequest), turns };
}

/** The items that a response with this output ends with. */
function itemsOf(output: DescribedOutput): readonly unknown[] {
  const last = responseEvents(output).at(-1);
  return last && 'response' in last ? (last.response.output ?? []) : [];
}

function withoutIds(items: readonly unknown[]): readonly unknown[] {
  return items.map((item) => ({ ...(item as object), id: undefined }));
}

const thought: DescribedOutput = [{ summary: 'Hm', encrypted_content: 'gAAA' }, 'Paris'];
const plainThought: DescribedOutput = [{ summary: 'Hm' }, 'Paris'];
const search = { type: 'web_search_call', id: 'ws_1', status: 'completed' } as const;
const shell = { type: 'shell_call', id: 'sh_1', call_id: 'call_1', status: 'completed' } as const;
const approval = { type: 'mcp_approval_request', id: 'mcpr_1', name: 'f', arguments: '{}' } as const;
const shellOutput = { type: 'shell_call_output', id: 'so_1', call_id: 'call_1' } as const;

describe('a conversation over responses', () => {
  it('sends the items of earlier replies, and the system as instructions', () => {
    const { requests } = hold(['a', 'b'], [reply(thought), reply('x')], { system: 'Be brief' });

    expect(requests).toEqual([
      { model: 'm-1', instructions: 'Be brief', input: [user('a')] },
      { model: 'm-1', instructions: 'Be brief', input: [user('a'), ...itemsOf(thought), user('b')] },
    ]);
  });

  it('has no instructions without a system', () => {
    expect(hold(['a'], [reply('x')]).requests[0]).not.toHaveProperty('instructions');
  });

  it('prefers the instructions of a request that a function returns', () => {
    const { requests } = hold(['a'], [reply('x')], {
      system: 'Be brief',
      request: () => ({ ...request, instructions: 'Sing' }),
    });

    expect(requests[0]?.instructions).toBe('Sing');
  });

  it('needs no model', () => {
    const prompt = { id: 'pmpt_1' };

    expect(hold(['a'], [reply('x')], { request: { prompt } }).requests).toEqual([{ prompt, input: [user('a')] }]);
  });

  describe('has as the history of a reply', () => {
    it.each<[string, DescribedOutput, ResponseEventsConfig, readonly unknown[]]>([
      ['its items, if it completed', [search, ...thought], {}, itemsOf([search, ...thought])],
      ['its text, if it is cut', thought, { incomplete: 'max_output_tokens' }, [assistant('Paris')]],
      ['its text, if it failed', ['Paris', 'no'], { failure: { code: 'invalid_prompt' } }, [assistant('Parisno')]],
      ['nothing, if it failed without text', [{ summary: 'Hm' }], { failure: { code: 'invalid_prompt' } }, []],
      ['its text, if nobody answered its call', ['Paris', { name: 'add', arguments: '{}' }], {}, [assistant('Paris')]],
      ['nothing, if it is a call alone', [{ summary: 'Hm' }, { name: 'add', arguments: '{}' }], {}, []],
      ['its text, if nobody answered a call of another kind', [shell, 'Paris'], {}, [assistant('Paris')]],
      ['its text, if nobody answered a request for approval', [approval, 'Paris'], {}, [assistant('Paris')]],
      [
        'its items, if the server answered its calls',
        [shell, shellOutput, 'Paris'],
        {},
        itemsOf([shell, shellOutput, 'Paris']),
      ],
      ['its refusal, if it completed', { refusal: 'No' }, {}, itemsOf({ refusal: 'No' })],
    ])('%s', (_, output, config, expected) => {
      const { requests } = hold(['a', 'b'], [reply(output, config), reply('x')], { retry: false });

      expect(requests.at(-1)?.input).toEqual([user('a'), ...expected, user('b')]);
    });

    it('the items that were shown again after a regenerated reply failed', () => {
      const broken = reply([], { failure: { code: 'invalid_prompt' } });
      const { requests } = hold(['a', { type: 'regenerate' }, 'b'], [reply(thought), broken, reply('x')]);

      expect(requests.at(-1)?.input).toEqual([user('a'), ...itemsOf(thought), user('b')]);
    });

    it('the items of a picture that was shown again', () => {
      const picture = { type: 'image_generation_call', id: 'ig_1', status: 'completed', result: 'AA==' } as const;
      const broken = reply([], { failure: { code: 'invalid_prompt' } });
      const { requests } = hold(['a', { type: 'regenerate' }, 'b'], [reply(picture), broken, reply('x')]);

      expect(requests.at(-1)?.input).toEqual([user('a'), picture, user('b')]);
    });

    it('its text, if it was a reply of a chat', () => {
      expect(hold(['b'], [reply('x')], { turns: [turn('a', 'x')] }).requests[0]?.input).toEqual([
        user('A'),
        assistant('x'),
        user('b'),
      ]);
    });
  });

  describe('that the server does not store', () => {
    const unstored = { ...request, store: false };
    const encrypted = 'reasoning.encrypted_content';

    it('asks for encrypted reasoning, and sends items without ids', () => {
      const { requests } = hold(['a', 'b'], [reply(thought), reply('x')], { request: unstored });

      expect(requests).toEqual([
        { ...unstored, include: [encrypted], input: [user('a')] },
        { ...unstored, include: [encrypted], input: [user('a'), ...withoutIds(itemsOf(thought)), user('b')] },
      ]);
    });

    it('leaves out reasoning that came without its encrypted form', () => {
      const { requests } = hold(['a', 'b'], [reply(plainThought), reply('x')], { request: () => unstored });

      expect(requests.at(-1)?.input).toEqual([user('a'), ...withoutIds(itemsOf(plainThought).slice(1)), user('b')]);
    });

    it.each<[string, readonly string[] | null | undefined, readonly string[] | null]>([
      ['adds to what else is included', ['message.output_text.logprobs'], ['message.output_text.logprobs', encrypted]],
      ['does not ask twice', [encrypted], [encrypted]],
      ['asks for nothing if include is null', null, null],
      ['asks if include is undefined', undefined, [encrypted]],
    ])('%s', (_, include, expected) => {
      expect(hold(['a'], [reply('x')], { request: { ...unstored, include } }).requests[0]?.include).toEqual(expected);
    });
  });

  describe('that the server remembers', () => {
    it.each<[string, ResponsesConverseConfig['request']]>([
      ['conversation', { conversation: 'conv_1' }],
      ['conversation', { conversation: { id: 'conv_1' }, previous_response_id: null }],
      ['previous_response_id', () => ({ previous_response_id: 'resp_1' })],
    ])('sends the prompt alone with %s', (_, asked) => {
      const history = jest.fn();
      const { requests } = hold(['a', 'b'], [reply('x'), reply('y')], { request: asked, history });

      expect(requests.map(({ input }) => input)).toEqual([[user('a')], [user('b')]]);
      expect(history).not.toHaveBeenCalled();
    });

    it('sends the history until a request names what came before', () => {
      const { requests } = hold(
        ['a', 'b', 'c'],
        [reply('x', { id: 'resp_1' }), reply('y', { id: 'resp_2' }), reply('z')],
        {
          request: (turns) => ({ previous_response_id: turns.at(-3)?.reply.message.id ?? null }),
        },
      );

      expect(requests).toEqual([
        { previous_response_id: null, input: [user('a')] },
        { previous_response_id: null, input: [user('a'), ...itemsOf('x'), user('b')] },
        { previous_response_id: 'resp_1', input: [user('c')] },
      ]);
    });
  });

  it('sends the history that a function returns', () => {
    const { requests } = hold(['a', 'b'], [reply(thought), reply('x')], {
      request: { ...request, store: false },
      history: (turns) => historyOf(turns.slice(-1), { api: 'responses', store: false }),
    });

    expect(requests.at(-1)?.input).toEqual([user('a'), ...withoutIds(itemsOf(thought)), user('b')]);
  });

  it('continues from turns that were saved as JSON, with the same request', () => {
    const { turns } = hold(['a'], [reply(thought, { usage: { input_tokens: 3 } })]);
    const saved = JSON.parse(JSON.stringify(turns)) as readonly Turn[];
    const [live, reloaded] = [turns, saved].map((earlier) => hold(['b'], [reply('x')], { turns: earlier }).requests);

    expect(live?.[0]?.input).toEqual([user('a'), ...itemsOf(thought), user('b')]);
    expect(reloaded).toEqual(live);
  });

  it('continues over chat from turns of responses', () => {
    const { turns } = hold(['a'], [reply([...thought, { name: 'add', arguments: '{}' }])]);
    const client = fakeClient('x');
    of('b').pipe(converse(client, { request, turns })).subscribe();

    expect(client.requests[0]?.request.messages).toEqual([user('a'), assistant('Paris'), user('b')]);
  });

  it.each<[string, UserContent, unknown]>([
    ['text', [{ type: 'text', text: 'Hi' }], { type: 'input_text', text: 'Hi' }],
    [
      'an image',
      [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA==', detail: 'low' } }],
      { type: 'input_image', image_url: 'data:image/png;base64,AA==', detail: 'low' },
    ],
    [
      'a file',
      [{ type: 'file', file: { file_data: 'AA==', filename: 'a.pdf' } }],
      { type: 'input_file', file_data: 'AA==', filename: 'a.pdf' },
    ],
    [
      'audio',
      [{ type: 'input_audio', input_audio: { data: 'AA==', format: 'wav' } }],
      { type: 'input_audio', input_audio: { data: 'AA==', format: 'wav' } },
    ],
  ])('sends %s in the form of this API, in the history too', (_, content, part) => {
    const { requests, turns } = hold([{ type: 'send', content }, 'b'], [reply('x'), reply('y')]);
    const prompt = { role: 'user', content: [part] };

    expect(requests.map(({ input }) => input?.[0])).toEqual([prompt, prompt]);
    expect(turns[0]?.prompt).toBe(content);
  });

  describe('in the background', () => {
    const background = { ...request, background: true };
    const events = responseEvents('Hel lo', { id: 'resp_1', background: true });

    const posted = 'POST http://server.test/v1/responses';
    const client = (transport: Transport, config: ClientConfig = {}) =>
      createClient({ baseURL: 'http://server.test/v1', transport, ...config });

    it.each<[ClientConfig['onUnsubscribe'], readonly string[]]>([
      ['stop', [posted, `${posted}/resp_1/cancel`]],
      ['leave', [posted]],
      [undefined, [posted]],
    ])('is left by a stop, with onUnsubscribe: %s', (onUnsubscribe, expected) => {
      runMarbles(({ cold, expectObservable, flush }) => {
        const transport = fakeTransport(({ url }) => ({
          body: url.endsWith('cancel')
            ? { id: 'resp_1', object: 'response', status: 'cancelled', output: [] }
            : concat(from(events.slice(0, 6)), NEVER),
        }));
        const commands = cold<ConversationCommand>('-a--s|', { a: 'a', s: { type: 'stop' } });
        const held = converse(client(transport, { onUnsubscribe }), { api: 'responses', request: background });

        expectObservable(commands.pipe(held, map(summaryOf), last())).toBe('-----(s|)', { s: 'a:stopped=Hel' });
        flush();
        expect(transport.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(expected);
        expect(transport.requests[0]).toMatchObject({ endedAt: 4, ending: 'unsubscribed' });
      });
    });

    it('shows where a reply can be taken up that was lost, and does not begin it again', () => {
      runMarbles(({ cold, flush }) => {
        const transport = fakeTransport({
          body: concat(
            from(events.slice(0, 6)),
            throwError(() => new Error('reset')),
          ),
        });
        let view: ConversationView | undefined;
        cold('-a|')
          .pipe(converse(client(transport, { resume: false }), { api: 'responses', request: background }))
          .subscribe((next) => (view = next));
        flush();

        expect(summaryOf(view!)).toBe('a:failed=Hel');
        expect(view?.last?.error).toMatchObject({
          kind: 'connection',
          retryable: false,
          responseId: 'resp_1',
          after: 5,
        });
        expect(transport.requests).toHaveLength(1);
      });
    });

    it('holds a conversation over HTTP, in which a broken reply is resumed', () => {
      runMarbles(({ cold, expectObservable, flush }) => {
        const first = responseEvents(thought, { id: 'resp_0' });
        const third = responseEvents('Rome', { id: 'resp_2' });
        const broken = cold(
          '---(abcdef)#',
          Object.fromEntries(Array.from('abcdef', (letter, place) => [letter, events[place]!])),
        );
        const transport = fakeTransport([
          { body: from(first) },
          { body: broken },
          { headAfter: 2, body: from(events.slice(6)), cutAt: 'every-byte' },
          { body: from(third) },
        ]);
        const prompts = cold('  -a-b 500ms c|');
        const held = converse(client(transport), {
          api: 'responses',
          system: 'Be brief',
          request: (turns) => ({ model: 'm-1', background: turns.length === 2 }),
        });

        expectObservable(prompts.pipe(held, map(summaryOf), distinctUntilChanged(), toArray())).toBe('505ms (v|)', {
          v: [
            '',
            'a:waiting',
            'a:streaming',
            'a:streaming=Paris',
            'a:done=Paris',
            'a:done=Paris b:waiting',
            'a:done=Paris b:streaming=Hel',
            'a:done=Paris b:streaming=Hel lo',
            'a:done=Paris b:done=Hel lo',
            'a:done=Paris b:done=Hel lo c:waiting',
            'a:done=Paris b:done=Hel lo c:streaming=Rome',
            'a:done=Paris b:done=Hel lo c:done=Rome',
          ],
        });
        flush();

        const asked = { method: 'POST', url: 'http://server.test/v1/responses' };
        const fields = { model: 'm-1', instructions: 'Be brief', stream: true };
        const history = [user('a'), ...itemsOf(thought), user('b')];
        expect(transport.requests.map(({ method, url, json, sentAt }) => ({ method, url, json, sentAt }))).toEqual([
          { ...asked, sentAt: 1, json: { ...fields, background: false, input: [user('a')] } },
          { ...asked, sentAt: 3, json: { ...fields, background: true, input: history } },
          {
            method: 'GET',
            url: `${asked.url}/resp_1?stream=true&starting_after=5`,
            sentAt: 264,
            json: undefined,
          },
          {
            ...asked,
            sentAt: 504,
            json: { ...fields, background: false, input: [...history, ...itemsOf('Hel lo'), user('c')] },
          },
        ]);
      });
    });
  });
});
