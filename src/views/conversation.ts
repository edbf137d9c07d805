import type { SchedulerLike } from 'rxjs';
import type { RetryConfig } from '../operators/retry-with-backoff.js';
import type { ChatCompletionRequest } from '../schemas/chat-completion-request.js';
import type { ChatMessage, UserContent } from '../schemas/chat-message.js';
import type { ResponseInputItem, ResponseRequest } from '../schemas/response-request.js';
import type { ToolsConfig } from '../tools/run-tools-config.js';
import type { RunnableTool } from '../tools/tool.js';
import type { ChatView } from './chat-view.js';

/**
 * A command from the user. A string is a prompt, like `send` without an id. `stop` ends the replies in flight and the
 * queued prompts, or only the reply with this `id`. `regenerate` requests a new reply to the last prompt, or to the
 * prompt with this `id`. `reset` ends everything and continues from `turns`, by default none; what becomes of replies at a
 * relay is as after unsubscribing.
 */
export type ConversationCommand =
  | string
  | { readonly type: 'send'; readonly content: UserContent; readonly id?: string | undefined }
  | { readonly type: 'stop'; readonly id?: string | undefined }
  | { readonly type: 'regenerate'; readonly id?: string | undefined }
  | { readonly type: 'reset'; readonly turns?: readonly Turn[] | undefined };

/** A prompt and its reply. Immutable. */
export interface Turn {
  readonly id: string;
  readonly prompt: UserContent;
  readonly reply: ChatView;
}

/** A conversation as one value for a screen. Immutable; a turn that did not change is the same object as before. */
export interface ConversationView {
  /** In the order of the prompts. */
  readonly turns: readonly Turn[];
  /** The ids of the turns whose replies are in flight. */
  readonly active: readonly string[];
  /** `busy` while a reply is in flight. */
  readonly status: 'idle' | 'busy';
  /** The reply of the last turn; missing if there are no turns. */
  readonly last?: ChatView;
}

/**
 * What to do with a prompt while a reply is in flight, named after rxjs's flattening operators: `switch` stops that
 * reply, `queue` waits for it (`concatMap`), `exhaust` ignores the prompt, `parallel` answers both (`mergeMap`).
 */
export type ConversationPolicy = 'switch' | 'queue' | 'exhaust' | 'parallel';

/** A request to `/chat/completions` without its messages, which the conversation adds. */
export type ConversationRequest = {
  readonly [Key in keyof ChatCompletionRequest as Key extends 'messages' ? never : Key]: ChatCompletionRequest[Key];
} & {
  // Explicit, because requests accept fields of any name.
  readonly messages?: never;
};

/**
 * A request to `/responses` without its input, which the conversation adds. With `conversation` or `previous_response_id` the
 * server knows what was said before, so only the prompt is sent.
 */
export type ResponsesConversationRequest = {
  readonly [Key in keyof ResponseRequest as Key extends 'input' ? never : Key]: ResponseRequest[Key];
} & {
  readonly input?: never;
};

/** Options of `converse`, for the API that `api` names: `chat` by default, or `responses`. */
export type ConverseConfig = ChatConverseConfig | ResponsesConverseConfig;

/** Options of `converse` over `/chat/completions`. */
export interface ChatConverseConfig extends ConverseFields<ConversationRequest, ChatMessage> {
  readonly api?: 'chat' | undefined;
}

/**
 * Options of `converse` over `/responses`. With `store: false` in the request, reasoning is requested and sent back in
 * encrypted form; `include: null` turns this off, for models that do not reason.
 */
export interface ResponsesConverseConfig extends ConverseFields<ResponsesConversationRequest, ResponseInputItem> {
  readonly api: 'responses';
}

/** The options that every API has. */
export interface ConverseFields<Request, Item> extends ToolsConfig {
  /**
   * The model and other fields of each request; or a function that returns them, called before each reply with the turns
   * that the model will see; the last of them is the turn to answer.
   */
  readonly request: Request | ((turns: readonly Turn[]) => Request);
  /** Instructions, sent as the first message of each request, or as its `instructions` unless it has its own. */
  readonly system?: string | undefined;
  /** What to do with a prompt while a reply is in flight. Default `switch`. */
  readonly policy?: ConversationPolicy | undefined;
  /**
   * Returns what to send between `system` and the prompt, given the finished turns before it. Called before each reply.
   * Default {@link historyOf}: every prompt, and the text or items of each reply, also of one that failed or was stopped,
   * with the calls of its run and their results.
   */
  readonly history?: ((turns: readonly Turn[]) => readonly Item[]) | undefined;
  /**
   * The turns to continue from. A reply that was in flight when it was saved is replayed if it has a `streamId`, and counts as
   * stopped if it has none. Default none.
   */
  readonly turns?: readonly Turn[] | undefined;
  /**
   * Tools that the model can call: each reply is then a run of `runTools`, whose other options may stand beside. Default
   * none; tools in `request` are the caller's to run.
   */
  readonly tools?: readonly RunnableTool[] | undefined;
  /**
   * How each reply is retried, or `false` for no retries; with `tools` each turn of a run. Defaults to the defaults of
   * `retryTransient`.
   */
  readonly retry?: RetryConfig | false | undefined;
  /** Creates the id of a turn whose prompt has none. Default `turn-1`, `turn-2` and so on. */
  readonly createId?: (() => string) | undefined;
  /** Scheduler of timeouts, and of the pauses before retries unless `retry` sets one. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}
