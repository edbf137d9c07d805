import {
  accumulateMessage,
  createClient,
  isLlmError,
  type Message,
  toMessage,
  toolCalls,
} from '../../src/index.node.js';
import { chatRequest } from '../support/answers.js';
import { places, referenceArguments } from '../support/fault-server/reference.js';
import { type FaultServer, startFaultServer } from '../support/fault-server/start-fault-server.js';
import { transports } from '../support/transports.js';
import { observe } from '../support/observe.js';

const early = Object.keys(places).filter((place) => place !== 'after the finish reason');
const breaks = ['cut', 'close', 'reset', 'unterminated', 'short'];
const cutShort = ['length', 'max_tokens', 'model_length', 'content_filter', 'SAFETY', 'RECITATION', 'error', 'abort'];

function completeArguments(message: Message | undefined): readonly string[] {
  return (message?.toolCalls ?? []).filter(({ complete }) => complete).map((call) => call.arguments);
}

describe.each(Object.entries(transports))('a tool call through %s', (_name, createTransport) => {
  let server: FaultServer;

  beforeAll(async () => {
    server = await startFaultServer();
  });
  afterAll(() => server.close());

  /** Returns the arguments of the complete calls that each operator reports. */
  async function completeCalls(scenario: string): Promise<Readonly<Record<string, readonly string[]>>> {
    const client = createClient({ baseURL: server.url + scenario, transport: createTransport() });
    // Only what stalls needs a deadline, which may pass on a busy machine.
    const idle = scenario.startsWith('/stall/') ? 60 : Infinity;
    const answer = client.chat(chatRequest, { deadlines: { idle } });
    const [calls, snapshots, message] = [
      observe(answer.pipe(toolCalls())),
      observe(answer.pipe(accumulateMessage())),
      observe(answer.pipe(toMessage())),
    ];
    const [error] = await Promise.all([message.ended, calls.ended, snapshots.ended]);
    return {
      calls: calls.values.map((call) => call.arguments),
      snapshots: snapshots.values.flatMap(completeArguments),
      message: completeArguments(isLlmError(error) ? (error.partial as Message) : message.values[0]),
    };
  }

  it.each(['/whole', '/ended/stop', '/ended'])('is complete after %s', async (scenario) => {
    expect(await completeCalls(scenario)).toMatchObject({ calls: [referenceArguments], message: [referenceArguments] });
  });

  it.each([
    ...breaks.flatMap((how) => early.map((place) => `/${how}/${encodeURIComponent(place)}`)),
    '/stall/6',
    '/stall/8',
    ...cutShort.map((reason) => `/ended/${reason}`),
  ])('is not complete after %s', async (scenario) => {
    expect(await completeCalls(scenario)).toEqual({ calls: [], snapshots: [], message: [] });
  });
});
