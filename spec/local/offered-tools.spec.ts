import { of } from 'rxjs';
import type { LocalModelRequest } from '../../src/local/index.js';
import { chatBody, post, useLocalServer, type Fields } from './local-server.js';
import { ask } from './response-stream.js';

describe('the tools of a request', () => {
  const seen: LocalModelRequest[] = [];
  const url = useLocalServer({
    models: {
      watching: (request) => {
        seen.push(request);
        return of('Done.');
      },
    },
  });
  afterEach(() => seen.splice(0));

  const parameters = { type: 'object', properties: { city: { type: 'string' } } };
  const weather = { name: 'weather', description: 'The weather of a city', parameters };
  const shell = { name: 'shell', description: 'Runs a command' };
  const told = { weather: { type: 'function', ...weather }, shell: { type: 'custom', ...shell } };
  const offered = {
    chat: [
      { type: 'function', function: { ...weather, strict: true } },
      { type: 'custom', custom: { ...shell, format: { type: 'text' } } },
    ],
    responses: [
      { type: 'function', ...weather, strict: true },
      { type: 'web_search' },
      { type: 'custom', ...shell, format: { type: 'text' } },
    ],
  };
  const over = {
    chat: (fields: Fields) => post(`${url()}/chat/completions`, chatBody('Hi', { model: 'watching', ...fields })),
    responses: (fields: Fields) => ask(url(), 'watching', fields),
  };

  describe.each(['chat', 'responses'] as const)('over %s', (api) => {
    async function see(fields: Fields): Promise<unknown> {
      expect((await over[api]({ tools: offered[api], ...fields })).status).toBe(200);
      const { tools, mustCall } = seen[0]!;
      return { tools, mustCall };
    }
    const chosen = (type: string, fields: object): object => ({
      type,
      ...(api === 'chat' ? { [type]: fields } : fields),
    });
    const named = (name: string): object => chosen('function', { name });

    it.each<[string, Fields, string[], boolean]>([
      ['all that it calls itself', {}, ['weather', 'shell'], false],
      ['all of them with auto', { tool_choice: 'auto' }, ['weather', 'shell'], false],
      ['none with none', { tool_choice: 'none' }, [], false],
      ['all, and that it must call, with required', { tool_choice: 'required' }, ['weather', 'shell'], true],
      ['the one that it must call', { tool_choice: named('weather') }, ['weather'], true],
      ['the custom one that it must call', { tool_choice: chosen('custom', { name: 'shell' }) }, ['shell'], true],
      [
        'those that are allowed',
        { tool_choice: chosen('allowed_tools', { mode: 'auto', tools: [named('weather')] }) },
        ['weather'],
        false,
      ],
      [
        'those of which it must call one',
        { tool_choice: chosen('allowed_tools', { mode: 'required', tools: [named('weather')] }) },
        ['weather'],
        true,
      ],
      ['none where there are none', { tools: null }, [], false],
      ['none of a wrong shape', { tools: ['a', null, {}, { type: 'function', function: 1, name: 1 }] }, [], false],
    ])('are told to the model in one form: %s', async (_, fields, names, mustCall) => {
      const tools = names.map((name) => told[name as keyof typeof told]);

      expect(await see(fields)).toMatchObject({ tools, mustCall });
    });
  });

  it('are not told for a legacy completion', async () => {
    await post(`${url()}/completions`, { model: 'watching', prompt: 'Hi', tools: offered.chat });

    expect(seen).toMatchObject([{ tools: [], mustCall: false }]);
  });
});
