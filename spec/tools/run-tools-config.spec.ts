import { EMPTY } from 'rxjs';
import { runTools, type RunToolsConfig } from '../../src/index.js';
import { fakeClient } from '../../src/testing/index.js';
import { toolOf } from './run-over.js';

const request = { model: 'm', messages: [{ role: 'user', content: 'Hello' }] };
const client = fakeClient(EMPTY);
const f = toolOf('f', () => 1);

function call(config: object, asked: object = client): () => unknown {
  return () =>
    (runTools as (client: object, config: RunToolsConfig) => unknown)(asked, {
      request,
      tools: [],
      ...config,
    } as RunToolsConfig);
}

describe('the arguments of runTools', () => {
  it.each<[string, object, string]>([
    [
      'an unknown field',
      { turns: 3 },
      'Unknown field "turns" in the configuration of runTools; known: api, request, tools, maxTurns',
    ],
    ['another API', { api: 'completions' }, "api must be 'chat' or 'responses', not 'completions'"],
    ['a request without a model', { request: {} }, 'chat() needs model'],
    ['a request that is not one', { request: 5 }, 'chat() takes a request object'],
    ['messages for responses', { api: 'responses' }, 'responses() takes input instead of messages'],
    ['a request without a stream', { request: { ...request, stream: false } }, 'leave stream out'],
    ['tools that are no list', { tools: f }, 'tools must be a list of what tool() returns'],
    [
      'a tool of another shape',
      { tools: [f, { type: 'function', function: { name: 'f' } }] },
      'tools[1] must be what tool() returns',
    ],
    [
      'a tool among those of the request',
      { request: { ...request, tools: [f] } },
      'request.tools has what tool() returns; put it into tools',
    ],
    ['no tool', { tools: [undefined] }, 'tools[0] must be what tool() returns'],
    ['two tools of one name', { tools: [f, toolOf('f', () => 2)] }, 'Two tools have the name "f"'],
    [
      'a tool that the request has',
      { request: { ...request, tools: [{ type: 'function', function: { name: 'f' } }] }, tools: [f] },
      'Two tools have the name "f"',
    ],
    [
      'a custom tool that the request has',
      { api: 'responses', request: { tools: [{ type: 'custom', name: 'f' }] }, tools: [f] },
      'Two tools have the name "f"',
    ],
    ['no turns', { maxTurns: 0 }, 'maxTurns must be a whole number, 1 or more, or Infinity, not 0'],
    ['no tools at once', { concurrency: 0 }, 'concurrency must be a whole number, 1 or more'],
    ['no calls', { toolCalls: 0 }, 'toolCalls must be a whole number, 1 or more'],
    ['no results', { resultCharacters: 1.5 }, 'resultCharacters must be a whole number, 1 or more'],
    ['a negative timeout', { timeout: -1 }, 'timeout must be a number of milliseconds, 0 or more, or Infinity, not -1'],
    ['an approval that is no function', { approve: true }, 'approve must be a function, not true'],
    ['a scheduler that is none', { scheduler: {} }, 'scheduler must be an rxjs scheduler'],
    ['a restart', { retry: { restart: true } }, 'retry must not have restart'],
    ['retry: true', { retry: true }, 'retry must be an object such as { count: 2 }, or false, not true'],
    ['an unknown field of retry', { retry: { times: 2 } }, 'Unknown field "times"'],
  ])('are refused for %s', (_title, config, message) => {
    expect(call(config)).toThrow(TypeError);
    expect(call(config)).toThrow(message);
  });

  it('are refused for a client without the method', () => {
    expect(call({}, { responses: client.responses })).toThrow(
      'client must be an object with chat(), such as createClient() returns',
    );
    expect(call({ api: 'responses', request: {} }, { chat: client.chat })).toThrow(
      'client must be an object with responses()',
    );
  });

  it('may name a hosted tool like one that runs', () => {
    const hosted = { type: 'mcp', server_label: 'f', name: 'f' };

    expect(call({ api: 'responses', request: { tools: [hosted] }, tools: [f] })).not.toThrow();
  });

  it('may have tools that the server of a chat runs, as those of Groq and Z.ai', () => {
    const hosted = [{ type: 'browser_search' }, { type: 'web_search', web_search: { enable: true } }] as never[];

    expect(call({ request: { ...request, tools: hosted }, tools: [f] })).not.toThrow();
  });

  it('may have functions of one name in two namespaces', () => {
    const [a, b] = ['a', 'b'].map((name) => ({ type: 'namespace', name, tools: [{ type: 'function', name: 'get' }] }));
    const tools = [a, b, { type: 'function', name: 'get' }] as never[];

    expect(call({ api: 'responses', request: { tools }, tools: [f] })).not.toThrow();
    expect(call({ api: 'responses', request: { tools: [a] as never[] }, tools: [{ ...f, name: 'get' }] })).toThrow(
      'Two tools have the name "get"',
    );
  });
});
