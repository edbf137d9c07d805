import type { ObservableInput, SchedulerLike } from 'rxjs';
import type { RetryConfig } from '../operators/retry-with-backoff.js';
import type { ChatCompletionRequest } from '../schemas/chat-completion-request.js';
import type { ToolCall } from '../schemas/message.js';
import type { ResponseRequest } from '../schemas/response-request.js';
import type { RunnableTool, ToolContext } from './tool.js';

/** Configuration of `runTools`, for the API that `api` names: `chat` by default, or `responses`. */
export type RunToolsConfig = ChatRunToolsConfig | ResponsesRunToolsConfig;

/** Configuration of `runTools` over `/chat/completions`. */
export interface ChatRunToolsConfig extends RunToolsFields {
  readonly api?: 'chat' | undefined;
  /** The first request. Its own `tools` are kept. */
  readonly request: ChatCompletionRequest;
}

/** Configuration of `runTools` over `/responses`. */
export interface ResponsesRunToolsConfig extends RunToolsFields {
  readonly api: 'responses';
  /** The first request. Its own `tools` are kept. */
  readonly request: ResponseRequest;
}

/** The options of a tool run that every API has. */
export interface RunToolsFields extends ToolsConfig {
  /** The tools that run here, each of another name. */
  readonly tools: readonly RunnableTool[];
  /** How each turn is retried before its first output, or `false` for no retries. Default `{}`; `restart` is refused. */
  readonly retry?: RetryConfig | false | undefined;
  /** Scheduler of timeouts and of the pauses before retries, unless `retry` sets one. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/** How tools run. */
export interface ToolsConfig {
  /** How many requests one run sends at most. Default 8. */
  readonly maxTurns?: number | undefined;
  /** How many tools of one turn run at once. Default `Infinity`. */
  readonly concurrency?: number | undefined;
  /** The maximum number of calls in one turn; exceeding it raises a `LimitError`. Default 128. */
  readonly toolCalls?: number | undefined;
  /**
   * Decides whether a call may run; only `true` runs it. Of an Observable the first value counts. Asked only for calls that
   * would run. Its time does not count as the tool's. Default: every call runs.
   */
  readonly approve?:
    ((call: ToolCall, context: Omit<ToolContext, 'call'>) => boolean | ObservableInput<boolean>) | undefined;
  /** How many milliseconds one tool may take. Default: no limit. */
  readonly timeout?: number | undefined;
  /** The maximum length of what the model is told of one result, in UTF-16 code units. Default 1,000,000. */
  readonly resultCharacters?: number | undefined;
}
