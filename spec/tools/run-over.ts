import { filter, from, type Observable } from 'rxjs';
import {
  type ChatRunToolsConfig,
  type Client,
  type RunnableTool,
  runTools,
  type RunToolsConfig,
  tool,
  type ToolContext,
  type ToolRunEvent,
} from '../../src/index.js';
import { type FakeClient, fakeClient, finishChunk, responseEvents, toolCallChunk } from '../../src/testing/index.js';
import { chatChunk } from '../support/chunks.js';

/** A call that a model makes; the id of a call is its name unless given. */
export interface ScriptedCall {
  readonly name: string;
  readonly arguments?: string;
  readonly id?: string;
  readonly custom?: true;
}

/** An answer of a model: a text, or calls. */
export type ScriptedAnswer = string | readonly (string | ScriptedCall)[];

/** The options of a run that are the same for every API. */
export type CommonConfig = Omit<ChatRunToolsConfig, 'api' | 'request'> & {
  readonly request?: Readonly<Record<string, unknown>>;
};

/** Runs over one API. */
export interface RunOver {
  readonly api: 'chat' | 'responses';
  readonly runTools: (client: Partial<Client>, config: CommonConfig) => Observable<ToolRunEvent>;
  /** Creates what a server sends for an answer. */
  readonly answer: (answer: ScriptedAnswer) => Observable<never>;
  /** Creates a client with one answer per request, in order. */
  readonly clientOf: (...answers: readonly ScriptedAnswer[]) => FakeClient;
  /** The items that a request sends. */
  readonly itemsOf: (request: object) => readonly Item[];
  /** The answer to a call. */
  readonly answerTo: (id: string, content: string, custom?: true) => object;
}

/** One item of a history. */
export type Item = Readonly<Record<string, unknown>>;

const toCall = (call: string | ScriptedCall): Required<Omit<ScriptedCall, 'custom'>> & Pick<ScriptedCall, 'custom'> => {
  const scripted = typeof call === 'string' ? { name: call } : call;
  return { id: scripted.name, arguments: '{}', ...scripted };
};

function over(
  api: 'chat' | 'responses',
  first: object,
  parts: Pick<RunOver, 'itemsOf' | 'answerTo'> & { readonly valuesOf: (answer: ScriptedAnswer) => readonly unknown[] },
): RunOver {
  const answer = (scripted: ScriptedAnswer): Observable<never> => from(parts.valuesOf(scripted)) as Observable<never>;
  return {
    api,
    runTools: (client, { request, ...config }) =>
      (runTools as (client: Partial<Client>, config: RunToolsConfig) => Observable<ToolRunEvent>)(client, {
        api,
        request: { ...first, ...request },
        ...config,
      } as RunToolsConfig),
    answer,
    clientOf: (...answers) => fakeClient(answers.map(answer)),
    itemsOf: parts.itemsOf,
    answerTo: parts.answerTo,
  };
}

/** Every API of `runTools`. */
export const everyApi: readonly RunOver[] = [
  over(
    'chat',
    { model: 'm', messages: [{ role: 'user', content: 'Hello' }] },
    {
      valuesOf: (answer) =>
        typeof answer === 'string'
          ? [chatChunk({ content: answer }), finishChunk()]
          : [
              ...answer.map(toCall).map(({ custom, ...call }, index) =>
                custom
                  ? chatChunk({
                      tool_calls: [
                        { index, id: call.id, type: 'custom', custom: { name: call.name, input: call.arguments } },
                      ],
                    })
                  : toolCallChunk({ index, ...call }),
              ),
              finishChunk('tool_calls'),
            ],
      itemsOf: (request) => (request as { messages: Item[] }).messages,
      answerTo: (id, content) => ({ role: 'tool', tool_call_id: id, content }),
    },
  ),
  over(
    'responses',
    { model: 'm', input: 'Hello' },
    {
      valuesOf: (answer) =>
        responseEvents(
          typeof answer === 'string'
            ? { text: [answer] }
            : answer.map(toCall).map(({ custom, id, name, arguments: text }) => ({
                name,
                call_id: id,
                ...(custom ? { input: [text] } : { arguments: [text] }),
              })),
        ),
      itemsOf: (request) => (request as { input: Item[] }).input,
      answerTo: (id, output, custom) => ({
        type: custom ? 'custom_tool_call_output' : 'function_call_output',
        call_id: id,
        output,
      }),
    },
  ),
];

/** Formats the events of a run, without chunks: `0 call a`, `0 result a "x"`, `0 turn`. */
export function lineOf(event: ToolRunEvent): string {
  const { turn, type } = event;
  switch (event.type) {
    case 'chunk':
      return `${turn} chunk`;
    case 'call':
    case 'start':
      return `${turn} ${type} ${event.call.id}`;
    case 'progress':
      return `${turn} progress ${event.call.id} ${JSON.stringify(event.value)}`;
    case 'result':
      return `${turn} result ${event.call.id} ${event.content}`;
    case 'failure':
      return `${turn} ${event.reason} ${event.call.id}`;
    case 'turn':
      return `${turn} turn${event.open.map(({ id }) => ` open ${id}`).join('')}`;
  }
}

const parameters = { type: 'object', properties: {} };

/** Creates a tool that takes any arguments. */
export function toolOf(name: string, run: (args: never, context: ToolContext) => unknown): RunnableTool {
  return tool({ name, parameters, run });
}

/** What a run tells at once, without chunks; the last line is how it ended. */
export function linesOf(run: Observable<ToolRunEvent>): readonly string[] {
  const lines: string[] = [];
  run.pipe(filter(({ type }) => type !== 'chunk')).subscribe({
    next: (event) => lines.push(lineOf(event)),
    error: (error: unknown) => lines.push(String(error)),
    complete: () => lines.push('complete'),
  });
  return lines;
}
