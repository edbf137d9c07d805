import { LLMock } from '@copilotkit/aimock';
import { lastValueFrom, type Observable, toArray } from 'rxjs';
import * as z from 'zod/mini';
import {
  accumulateRun,
  type Client,
  createClient,
  fetchTransport,
  runChunks,
  runTools,
  textDeltas,
  tool,
  type ToolRunEvent,
  type Transport,
} from '../../src/index.node.js';
import { undiciTransport } from '../../src/node/index.js';

const answer = 'Berlin is the warmer one, with 24 degrees, so pack for summer and leave the coat at home.';
const question = 'Which of the two cities is warmer?';
const weather = tool({
  name: 'weather',
  description: 'Tells the weather in a city',
  parameters: z.object({ city: z.string() }),
  run: ({ city }) => Promise.resolve({ city, degrees: city === 'Berlin' ? 24 : 19 }),
});

/** Starts a run of three turns: two calls at once, one call, and the answer. */
const runs: readonly (readonly [string, (client: Client) => Observable<ToolRunEvent>])[] = [
  [
    'chat',
    (client) =>
      runTools(client, {
        request: { model: 'gpt-4o', messages: [{ role: 'user', content: question }] },
        tools: [weather],
      }),
  ],
  [
    'responses',
    (client) => runTools(client, { api: 'responses', request: { model: 'gpt-4o', input: question }, tools: [weather] }),
  ],
  [
    'responses that the server does not keep',
    (client) =>
      runTools(client, {
        api: 'responses',
        request: { model: 'gpt-4o', input: question, store: false },
        tools: [weather],
      }),
  ],
];

describe.each<[string, Transport]>([
  ['fetch', fetchTransport()],
  ['undici', undiciTransport()],
])('tool runs against the aimock server through %s', (_name, transport) => {
  let mock: LLMock;
  let client: Client;
  beforeAll(async () => {
    mock = new LLMock({ port: 0 });
    mock.onToolResult('call_3', { content: answer });
    mock.onToolResult('call_2', { toolCalls: [{ name: 'weather', arguments: '{"city":"Berlin"}', id: 'call_3' }] });
    mock.onMessage('warmer', {
      toolCalls: [
        { name: 'weather', arguments: '{"city":"Oslo"}', id: 'call_1' },
        { name: 'weather', arguments: '{"city":5}', id: 'call_2' },
      ],
    });
    await mock.start();
    client = createClient({ baseURL: `${mock.url}/v1`, apiKey: 'sk-anything', transport });
  });
  beforeEach(() => mock.clearRequests());
  afterAll(() => mock.stop());

  it.each(runs)('take three turns over %s', async (_api, start) => {
    const events = await lastValueFrom(start(client).pipe(toArray()));

    const told = events.flatMap((event) =>
      event.type === 'call' || event.type === 'start' || event.type === 'result' || event.type === 'failure'
        ? [[event.turn, event.type, event.call.id]]
        : [],
    );
    expect(told).toEqual([
      [0, 'call', 'call_1'],
      [0, 'call', 'call_2'],
      [0, 'start', 'call_1'],
      [0, 'failure', 'call_2'],
      [0, 'result', 'call_1'],
      [1, 'call', 'call_3'],
      [1, 'start', 'call_3'],
      [1, 'result', 'call_3'],
    ]);
    expect(events.flatMap((event) => (event.type === 'result' ? event.content : []))).toEqual([
      '{"city":"Oslo","degrees":19}',
      '{"city":"Berlin","degrees":24}',
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'turn', turn: 2, message: { content: answer }, open: [] });
    expect(mock.getRequests().map(({ response }) => response.status)).toEqual([200, 200, 200]);
  });

  it.each(runs)('show the text alone, and one view of it all, over %s', async (_api, start) => {
    const text = await lastValueFrom(start(client).pipe(runChunks(), textDeltas(), toArray()));
    const view = await lastValueFrom(start(client).pipe(accumulateRun()));

    expect(text.join('')).toBe(answer);
    expect(view).toMatchObject({ status: 'done', turns: [{}, {}, { message: { content: answer }, calls: [] }] });
    expect(view.turns.map(({ calls }) => calls.map(({ status }) => status))).toEqual([
      ['done', 'failed'],
      ['done'],
      [],
    ]);
  });
});
