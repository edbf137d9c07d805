import { defer, type Observable } from 'rxjs';
import type { Client } from '../client/create-client.js';
import type { ChatMessage, UserContent } from '../schemas/chat-message.js';
import type { ResponseInputItem } from '../schemas/response-request.js';
import { runTools } from '../tools/run-tools.js';
import type { ToolsConfig } from '../tools/run-tools-config.js';
import type { ToolRunEvent } from '../tools/tool-run-event.js';
import { check, checkConfig } from '../util/check.js';
import { accumulateView } from './accumulate-view.js';
import { chatConversation } from './chat-conversation.js';
import type { ChatView } from './chat-view.js';
import type { ConverseFields, Turn } from './conversation.js';
import type { ConversationApi } from './conversation-api.js';
import { responsesConversation } from './responses-conversation.js';
import { viewRun } from './view-run.js';

const apis = { chat: chatConversation, responses: responsesConversation };

/** A client that has the method of at least one API. */
export type ConversationClient = { readonly [Name in keyof typeof apis]: Pick<Client, Name> }[keyof typeof apis];

/** What a conversation can be held over, without its types. */
export type AnyApi = ConversationApi<Fields, unknown, unknown>;

type Fields = Readonly<Record<string, unknown>>;

/** @throws TypeError for the name of an unknown API. */
export function apiOf(name: keyof typeof apis = 'chat'): AnyApi {
  const allowed = Object.keys(apis);
  check(allowed.includes(name), 'api', `'${allowed.join("' or '")}'`, name);
  return apis[name];
}

/**
 * Creates a function that requests the reply to a prompt, given the turns that the model sees, the last of which belongs
 * to the prompt. An error thrown by a callback of the configuration becomes a failed reply.
 */
export function askWith(
  api: AnyApi,
  client: ConversationClient,
  config: ConverseFields<Fields, unknown>,
): (prompt: Turn['prompt'], turns: readonly Turn[]) => Observable<ChatView> {
  const { request, system, history, tools, retry = {}, scheduler } = config;
  const requestFor = (prompt: Turn['prompt'], turns: readonly Turn[]): unknown => {
    const fields = typeof request === 'function' ? request(turns) : request;
    const earlier = turns.slice(0, -1);
    return api.toRequest(fields, {
      system,
      history: () => (history === undefined ? api.historyOf(earlier, fields) : history(earlier)),
      prompt,
    });
  };

  if (tools !== undefined) {
    return (prompt, turns) =>
      viewRun(retry, ({ onAttempt, retry: watched }) => {
        const ask = (sent: unknown): unknown => (onAttempt(), api.ask(client as Client, sent));
        return runOf(api, { [api.method]: ask }, { ...config, retry: watched }, requestFor(prompt, turns));
      });
  }
  const accumulate = accumulateView({
    retry: retry === false ? false : { ...retry, scheduler: retry.scheduler ?? scheduler },
  });
  return (prompt, turns) => {
    // All attempts send the same request, even if other turns have changed meanwhile.
    let sent: unknown;
    return defer(() => api.ask(client as Client, (sent ??= requestFor(prompt, turns)))).pipe(accumulate);
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
