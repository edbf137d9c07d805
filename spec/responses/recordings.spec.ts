import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { from, lastValueFrom, type OperatorFunction, toArray } from 'rxjs';
import {
  accumulateMessage,
  accumulateView,
  type AnswerValue,
  createClient,
  throwIfTruncated,
  toMessage,
  toolCalls,
  toUsage,
} from '../../src/index.node.js';
import { readUsage } from '../../src/answers/usage.js';
import type { Message } from '../../src/schemas/message.js';
import type { ResponseEvent } from '../../src/schemas/response-event.js';
import type { ResponseObject, ResponseOutputItem } from '../../src/schemas/response-object.js';
import { closeServers, type LoopbackServer, startServer } from '../support/loopback.js';
import { fold, readResponse, responseStream } from '../support/read-response.js';
import { created, numbered, type SentEvent, state, streams } from '../support/response-events.js';
import { transports } from '../support/transports.js';

const folder = resolve(process.cwd(), '../shared/recordings');
const recorded = [
  'bedrock-mantle-responses-field-order.sse',
  'github-copilot-responses-id-rotation.chunks.txt',
  'openai-responses-background-create.sse',
  'openai-responses-background-resume.sse',
  'openai-responses-incomplete.sse',
  'openai-responses-text-and-tool.sse',
  'openai-responses-web-search.sse',
  'openrouter-responses-raw-cot.sse',
];
const recordedFailure = 'openai-responses-error-insufficient-quota.chunks.txt';

const quota = { code: 'insufficient_quota', message: 'Spent' };
const written: Readonly<Record<string, readonly SentEvent[]>> = {
  ...streams,
  failure: numbered(
    created,
    state('in_progress'),
    { type: 'error', error: { ...quota, type: 'insufficient_quota', param: null } },
    state('failed', { error: quota }),
  ),
};

/** Those that were recorded only where they are at hand. */
const names = [...Object.keys(streams), ...recorded.filter(isAtHand)];
const failures = ['failure', recordedFailure].filter((name) => name in written || isAtHand(name));

function isAtHand(name: string): boolean {
  return existsSync(resolve(folder, name));
}

function eventsIn(name: string): readonly SentEvent[] {
  return (
    written[name] ??
    readFileSync(resolve(folder, name), 'utf8')
      .split('\n')
      .map((line) => line.replace(/^data: /u, ''))
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as SentEvent)
  );
}

/** The body as recorded. */
function bodyOf(name: string): string {
  return name.endsWith('.sse') ? readFileSync(resolve(folder, name), 'utf8') : responseStream(...eventsIn(name));
}

/** What a message is by the response that the last event holds. */
function expected(name: string): object {
  const { response } = eventsIn(name).at(-1) as unknown as { readonly response: ResponseObject };
  const output = response.output ?? [];
  const join = (type: string, key: string, items: readonly unknown[] | null | undefined): string =>
    (items ?? [])
      .filter((part) => (part as { type: string }).type === type)
      .map((part) => (part as Record<string, string>)[key])
      .join('');
  const contentOf = (item: ResponseOutputItem): readonly unknown[] => (item as { content?: readonly [] }).content ?? [];
  const calls = output.flatMap((item) =>
    item.type === 'function_call'
      ? [{ id: item.call_id, type: 'function', name: item.name, arguments: item.arguments, complete: true, extra: {} }]
      : item.type === 'custom_tool_call'
        ? [{ id: item.call_id, type: 'custom', name: item.name, arguments: item.input, complete: true, extra: {} }]
        : [],
  );
  return {
    id: response.id,
    model: response.model,
    content: output.map((item) => join('output_text', 'text', contentOf(item))).join(''),
    reasoning: output
      .map(
        (item) =>
          join('summary_text', 'text', (item as { summary?: readonly [] }).summary) ||
          join('reasoning_text', 'text', contentOf(item)),
      )
      .join(''),
    refusal: '',
    toolCalls: calls,
    finishReason: response.status === 'incomplete' ? 'length' : calls.length > 0 ? 'tool_calls' : 'stop',
    usage: readUsage(response.usage),
    output,
  };
}

/** What servers do to a stream. */
const habits: Readonly<Record<string, (events: readonly SentEvent[]) => string>> = {
  'as it was recorded': (events) => responseStream(...events),
  'with other item ids in each event': (events) =>
    responseStream(
      ...events.map((event, place) => ({
        ...event,
        ...('item_id' in event && { item_id: `id-${place}` }),
        ...('item' in event && { item: { ...(event['item'] as object), id: `item-${place}` } }),
      })),
    ),
  'with its fields in another order': (events) =>
    responseStream(...events.map((event) => Object.fromEntries(Object.entries(event).reverse()) as SentEvent)),
  'without event lines': (events) => events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''),
  'with event lines after the data': (events) =>
    events.map((event) => `data: ${JSON.stringify(event)}\nevent: ${event.type}\n\n`).join(''),
  'without numbers': (events) => responseStream(...events.map(({ sequence_number: _, ...event }) => event)),
  'with numbers as text': (events) =>
    responseStream(...events.map((event) => ({ ...event, sequence_number: String(event['sequence_number']) }))),
  'with [DONE] at its end': (events) => `${responseStream(...events)}data: [DONE]\n\n`,
  'with CRLF': (events) => responseStream(...events).replaceAll('\n', '\r\n'),
  'with keepalives': (events) =>
    events.map((event) => `data: {"type":"keepalive"}\n\n${responseStream(event)}`).join(''),
};

function serve(): Promise<LoopbackServer> {
  return startServer({
    answer: (served) => {
      const [, name = '', cut = ''] = served.path.split('/');
      served.head(200, { 'content-type': 'text/event-stream' });
      const bytes = Buffer.from(bodyOf(name));
      for (let at = 0; cut === 'bytes' && at < bytes.length; at += 1) {
        served.write(bytes.subarray(at, at + 1));
      }
      served.end(cut === 'bytes' ? '' : bytes);
    },
  });
}

afterAll(closeServers);

describe('whole responses', () => {
  describe.each(Object.entries(transports))('through %s', (_name, createTransport) => {
    let server: LoopbackServer;
    beforeAll(async () => {
      server = await serve();
    });

    function read(name: string, cut: string): Promise<readonly ResponseEvent[]> {
      const client = createClient({ baseURL: `${server.url}/${name}/${cut}`, transport: createTransport() });
      return lastValueFrom(client.responses({ input: 'x' }).pipe(toArray()));
    }

    describe.each(['whole', 'bytes'])('served as %s', (cut) => {
      it.each(names)('fold to the output of their last event: %s', async (name) => {
        const events = await read(name, cut);

        expect(events).toEqual(eventsIn(name));
        expect(fold(events, true).message).toEqual({ role: 'assistant', extra: {}, ...expected(name) });
      });

      it.each(failures)('become the error that the server sent: %s', async (name) => {
        await expect(read(name, cut)).rejects.toMatchObject({
          name: 'StreamError',
          kind: 'quota',
          code: 'insufficient_quota',
          retryable: false,
        });
      });
    });
  });

  it.each(names)('are read alike by every operator: %s', async (name) => {
    const events = eventsIn(name) as unknown as readonly ResponseEvent[];
    const read = <T>(operator: OperatorFunction<AnswerValue, T>): Promise<readonly T[]> =>
      lastValueFrom(from(structuredClone(events)).pipe(operator, toArray()));
    const [message] = await read(toMessage());
    const snapshots = await read(accumulateMessage());
    const views = await read(accumulateView());
    const { output, ...last } = message!;

    expect(output).toEqual(expect.any(Array));
    expect(snapshots).toHaveLength(events.length);
    expect(snapshots.at(-1)).toEqual(last);
    expect(snapshots.filter((snapshot) => 'output' in snapshot)).toEqual([]);
    expect(views.at(-1)).toMatchObject({ status: 'done', message });
    expect(await read(toolCalls())).toEqual(message!.toolCalls.filter(({ complete }) => complete));
    expect(await read(toUsage())).toEqual(message!.usage === undefined ? [] : [message!.usage]);
    await (name.includes('incomplete')
      ? expect(read(throwIfTruncated())).rejects.toThrow('max_output_tokens')
      : expect(read(throwIfTruncated())).resolves.toEqual(events));
  });

  describe.each(Object.keys(habits))('%s', (habit) => {
    it.each(names)('give the same message and texts: %s', (name) => {
      const { message, text, reasoning, error } = readResponse(habits[habit]!(eventsIn(name)));
      const { output, ...fields } = expected(name) as Message;

      expect(error).toBeUndefined();
      expect(message).toMatchObject(fields);
      expect(message.output).toHaveLength(output!.length);
      expect([text, reasoning]).toEqual([message.content, message.reasoning]);
    });

    it.each(failures)('give the same error: %s', (name) => {
      expect(readResponse(habits[habit]!(eventsIn(name)))).toMatchObject({
        error: { kind: 'quota', code: 'insufficient_quota' },
        events: [{ type: 'response.created' }, { type: 'response.in_progress' }],
      });
    });
  });
});
