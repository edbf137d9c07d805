import { type Observable, of } from 'rxjs';
import type { RequestOptions } from '../client/client-config.js';
import type { Client } from '../client/create-client.js';
import type { AnswerValue } from '../formats/answer-formats.js';
import type { ChatMessage, UserContent } from '../schemas/chat-message.js';
import type { ResponseInputItem } from '../schemas/response-request.js';
import { runTools } from '../tools/run-tools.js';
import type { ToolsConfig } from '../tools/run-tools-config.js';
import type { ToolRunEvent } from '../tools/tool-run-event.js';
import { check, checkConfig } from '../util/check.js';
import { type OnResponse, viewWith } from './accumulate-view.js';
import { chatConversation } from './chat-conversation.js';
import type { ChatView } from './chat-view.js';
import type { ConverseFields, Turn } from './conversation.js';
import type { ConversationApi } from './conversation-api.js';
import { type Replay, replay, stopped } from './replay.js';
import { responsesConversation } from './responses-conversation.js';
import { viewRun } from './view-run.js';

const apis = { chat: chatConversation, responses: responsesConversation };

/** A client that has the method of at least one API. Without `resumeStream` it replays no saved replies. */
export type ConversationClient = { readonly [Name in keyof typeof apis]: Pick<Client, Name> }[keyof typeof apis] &
  Partial<Pick<Client, 'resumeStream'>>;

/** What a conversation can be held over, without its types. */
export type AnyApi = ConversationApi<Fields, unknown, unknown>;

type Fields = Readonly<Record<string, unknown>>;

/** @throws TypeError for the name of an unknown API. */
export function apiOf(name: keyof typeof apis = 'chat'): AnyApi {
  const allowed = Object.keys(apis);
  check(allowed.includes(name), 'api', `'${allowed.join("' or '")}'`, name);
  return apis[name];
}

/** A prompt to be answered. */
export interface AskedPrompt {
  readonly prompt: Turn['prompt'];
  /** The turns that the model sees, the last of which belongs to the prompt. */
  readonly turns: readonly Turn[];
  /** The reply, if it was saved in flight with a stream to replay. */
  readonly saved: ChatView | undefined;
  /** Whether the reply was ended by the user, so that no server should go on with it. */
  readonly isStopped: () => boolean;
}

/**
 * Creates a function that requests the reply to a prompt, or replays it. An error thrown by a callback of the configuration
 * becomes a failed reply.
 */
export function askWith(
  api: AnyApi,
  client: ConversationClient,
  config: ConverseFields<Fields, unknown>,
): (asked: AskedPrompt) => Observable<ChatView> {
  const { request, system, history, tools, scheduler } = config;
  const { retry: given = {} } = config;
  const retry = given === false ? false : { ...given, scheduler: given.scheduler ?? scheduler };
  const view = viewWith({ retry });
  const requestFor = ({ prompt, turns }: AskedPrompt): unknown => {
    const fields = typeof request === 'function' ? request(turns) : request;
    const earlier = turns.slice(0, -1);
    return api.toRequest(fields, {
      system,
      history: () => (history === undefined ? api.historyOf(earlier, fields) : history(earlier)),
      prompt,
    });
  };

  return (asked) => {
    const { saved, isStopped } = asked;
    let streamId = saved?.streamId;
    const optionsWith = (onResponse: OnResponse): RequestOptions => ({
      onResponse: (response) => {
        streamId = response.streamId ?? streamId;
        onResponse(response);
      },
      // A background response that is stopped is left to the server.
      stopOnUnsubscribe: () => streamId !== undefined && isStopped(),
    });
    const send = (request: unknown, onResponse: OnResponse): Observable<AnswerValue> =>
      api.ask(client as Client, request, optionsWith(onResponse));
    // All attempts send the same request, even if other turns have changed meanwhile.
    let sent: unknown;
    const ask = (onResponse: OnResponse): Observable<AnswerValue> => send((sent ??= requestFor(asked)), onResponse);
    if (saved !== undefined) {
      const attach: Replay['attach'] = (onResponse) =>
        (client as Client).resumeStream(streamId ?? '', { api: api.method, ...optionsWith(onResponse) });
      return client.resumeStream === undefined
        ? of(stopped(saved))
        : replay({ saved, attach, ask, isRun: tools !== undefined, retry });
    }
    return tools === undefined
      ? view(ask)
      : viewRun(retry, ({ onAttempt, onResponse, retry: watched }) => {
          const askTurn = (request: unknown): unknown => (onAttempt(), send(request, onResponse));
          return runOf(api, { [api.method]: askTurn }, { ...config, retry: watched }, requestFor(asked));
        });
  };
}

/** The options of a run beside its tools. */
export const toolOptions = [
  'maxTurns',
  'concurrency',
  'toolCalls',
  'approve',
  'timeout',
  'resultCharacters',
] as const satisfies readonly (keyof ToolsConfig)[];

/**
 * Creates the run that answers a prompt.
 *
 * @throws TypeError for invalid tools or options.
 */
export function runOf(
  { method }: AnyApi,
  client: object,
  config: ConverseFields<Fields, unknown>,
  request: unknown,
): Observable<ToolRunEvent> {
  const { tools, retry, scheduler } = config;
  const options = Object.fromEntries(toolOptions.map((name) => [name, config[name]]));
  const run = runTools as (client: object, config: object) => Observable<ToolRunEvent>;
  return run(client, { api: method, request, tools, retry, scheduler, ...options });
}

/** What the history of a conversation consists of, by API. */
interface HistoryItems {
  readonly chat: ChatMessage;
  readonly responses: ResponseInputItem;
}

/** Configuration of {@link historyOf}. */
export interface HistoryConfig<Api extends keyof HistoryItems = 'chat'> {
  /** The API of the conversation. Default `chat`. */
  readonly api?: Api | undefined;
  /** For `responses`: whether the server keeps responses, as the `store` of the requests says. Default true. */
  readonly store?: boolean | undefined;
}

/**
 * Converts earlier turns to the history of a request: each prompt, and the text of its reply as far as it was shown, also
 * if the reply was stopped or failed. A reply without text leaves its prompt only. Reasoning is left out, and so are tool
 * calls, since their results are unknown. Of a reply with a tool run each turn is given, with the calls that were answered,
 * what the model was told, and the reasoning that led to them; of a turn that was broken off its text only.
 *
 * For `responses`, a reply that completed is given as its items, reasoning included, as {@link toInputItems} does; one with
 * a call whose result is unknown as its text.
 *
 * Some models refuse a prompt that follows another without an answer between them, and a prompt that was refused, such as one
 * that is too long, would be refused again with each later one. To leave out such turns:
 *
 * ```ts
 * const answered = (turns: readonly Turn[]) => turns.filter(({ reply }) => reply.message.content !== '');
 * converse(client, { request, history: (turns) => historyOf(answered(turns).slice(-10)) });
 * ```
 *
 * @throws TypeError if the configuration has an invalid field.
 */
export function historyOf<Api extends keyof HistoryItems = 'chat'>(
  turns: readonly Turn[],
  config: HistoryConfig<Api> = {},
): readonly HistoryItems[Api][] {
  checkConfig('historyOf', config, ['api', 'store']);
  const { api, ...fields } = config;
  return apiOf(api).historyOf(turns, fields) as readonly HistoryItems[Api][];
}

/**
 * Returns the text of a prompt, for a screen: the prompt itself, or its parts of text on lines of their own. Images, audio
 * and files are left out.
 *
 * ```ts
 * class Chat {
 *   readonly promptText = promptText; // {{ promptText(turn.prompt) }}
 * }
 * ```
 */
export function promptText(prompt: UserContent): string {
  return typeof prompt === 'string'
    ? prompt
    : prompt.flatMap((part) => (part.type === 'text' ? part.text : [])).join('\n');
}
