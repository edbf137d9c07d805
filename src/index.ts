/* A request becomes a cold Observable of chunks */
export { type Client, createClient, type ResumeOptions, type ResumeStreamOptions } from './client/create-client.js';
export type {
  ApiKey,
  ClientConfig,
  Deadlines,
  Limits,
  RequestOptions,
  ResponseInfo,
  ResumeConfig,
} from './client/client-config.js';

/* Requests */
export type { ChatCompletionRequest, ResponseFormat, StreamOptions, Tool } from './schemas/chat-completion-request.js';
export type { CompletionRequest } from './schemas/completion.js';
export type {
  ResponseCallOutput,
  ResponseInputItem,
  ResponseInputMessage,
  ResponseInputPart,
  ResponseItemReference,
  ResponseRequest,
  ResponseTextFormat,
  ResponseTool,
} from './schemas/response-request.js';
export type { EmbeddingsAnswer, EmbeddingsRequest } from './schemas/embeddings.js';
export type {
  ModerationInputPart,
  ModerationResult,
  ModerationsAnswer,
  ModerationsRequest,
} from './schemas/moderations.js';
export type {
  AssistantMessage,
  ChatMessage,
  SystemMessage,
  TextPart,
  ToolCallParam,
  ToolMessage,
  UserContent,
  UserMessage,
  UserPart,
} from './schemas/chat-message.js';
export { type FormatOptions, responseFormat, textFormat } from './schemas/response-format.js';
export type {
  JsonSchema,
  SchemaSource,
  StandardJsonSchema,
  StandardResult,
  StandardSchema,
} from './schemas/json-schema.js';

/* HTTP exchanges become bytes */
export { fetchTransport, type FetchTransportConfig } from './transport/fetch/fetch-transport.js';
export type { Interceptor, Operation, Transport, TransportEvent, TransportRequest } from './transport/transport.js';

/* Bytes become server-sent events, and back */
export { decodeEvents, type DecodeEventsConfig } from './sse/decode-events.js';
export { formatEvent, type FormattableEvent } from './sse/format-event.js';
export type { ServerSentEvent } from './sse/block-parser.js';

/* Events become typed chunks */
export type {
  ChatChoice,
  ChatCompletionChunk,
  ChatDelta,
  ChoiceLogprobs,
  ContentPart,
  CustomDelta,
  FunctionDelta,
  TokenLogprob,
  ToolCallDelta,
} from './schemas/chat-completion-chunk.js';
export type { CompletionChoice, CompletionChunk } from './schemas/completion.js';
export type { ResponseEvent } from './schemas/response-event.js';
export type {
  DeletedResponse,
  ResponseAnnotation,
  ResponseCustomToolCall,
  ResponseFailure,
  ResponseFunctionCall,
  ResponseHostedItem,
  ResponseObject,
  ResponseOutputItem,
  ResponseOutputMessage,
  ResponseOutputText,
  ResponseReasoningItem,
  ResponseReasoningText,
  ResponseRefusal,
  ResponseSummaryText,
  ResponseUsage,
} from './schemas/response-object.js';
export type { Model } from './schemas/model.js';
export type { TokenDetails, TokenUsage } from './schemas/token-usage.js';

/* One answer is selected; truncated, refused and aborted answers become errors */
export { ofChoice } from './operators/of-choice.js';
export { throwIfTruncated } from './operators/throw-if-truncated.js';
export { throwIfRefused } from './operators/throw-if-refused.js';
export { throwIfAborted } from './operators/throw-if-aborted.js';

/* Chunks become text */
export { textDeltas, reasoningDeltas, refusalDeltas } from './operators/text-deltas.js';
export { accumulateText } from './operators/accumulate-text.js';
export { toText } from './operators/to-text.js';
export type { AnswerChunk } from './chunks/answer-chunk.js';
export type { AnswerValue } from './formats/answer-formats.js';

/* Text becomes typed values */
export { toObject } from './operators/to-object.js';
export { accumulateObject, type DeepPartial } from './operators/accumulate-object.js';
export { arrayItems, type ArrayItemsConfig } from './operators/array-items.js';

/* Chunks become messages and usage */
export { accumulateMessage, toMessage, type AccumulateMessageConfig } from './operators/accumulate-message.js';
export { toolCalls } from './operators/tool-calls.js';
export { toUsage } from './operators/to-usage.js';
export { toMessageParam } from './chunks/to-message-param.js';
export { type InputItemsConfig, toInputItems } from './responses/to-input-items.js';
export type { Message, ToolCall, Usage } from './schemas/message.js';

/* Text is shown only after it has passed a check */
export { moderated, type ModeratedConfig, type TextCheck } from './operators/moderated.js';
export { passesModeration, type PassesModerationConfig } from './client/passes-moderation.js';

/* Values are paced for a screen */
export { coalesceText } from './operators/coalesce-text.js';
export { throttleRender } from './operators/throttle-render.js';
export { smoothText, type SmoothTextConfig } from './operators/smooth-text.js';
export type { TextUnit } from './operators/unit-ends.js';

/* Failures are retried and bounded */
export type { RetryConfig, RetryNotice } from './operators/retry-with-backoff.js';
export { retryOnRateLimit } from './operators/retry-on-rate-limit.js';
export { retryTransient } from './operators/retry-transient.js';
export { createRetryBudget, type RetryBudget, type RetryBudgetConfig } from './operators/create-retry-budget.js';
export { withDeadlines, type DeadlineConfig } from './operators/with-deadlines.js';

/* Requests are held back until a budget has room */
export { limitRate, type LimitRateConfig, type RateNotice } from './client/limit/limit-rate.js';
export type { BudgetCost, BudgetLimits, BudgetStore } from './client/limit/budget-store.js';

/* Several requests compete for one answer */
export { raceToFirstText } from './operators/race-to-first-text.js';
export { hedge, type HedgeConfig } from './operators/hedge.js';
export { fallback, type FallbackConfig } from './operators/fallback.js';

/* Streams are measured, merged and iterated */
export { measure, type StreamTiming } from './operators/measure.js';
export { labelWith, type Labelled } from './operators/label-with.js';
export { type AsyncIterableConfig, toAsyncIterable } from './operators/to-async-iterable.js';

/* Tools that the model can call */
export { type RunnableTool, tool, type ToolArguments, type ToolConfig, type ToolContext } from './tools/tool.js';
export type { ParsedArguments } from './tools/read-call-arguments.js';
export { runTools } from './tools/run-tools.js';
export { runChunks } from './tools/run-chunks.js';
export type {
  ChatRunToolsConfig,
  ResponsesRunToolsConfig,
  RunToolsConfig,
  RunToolsFields,
  ToolsConfig,
} from './tools/run-tools-config.js';
export type { ToolFailureReason, ToolRunApi, ToolRunEvent } from './tools/tool-run-event.js';

/* Streams become views for a screen */
export { accumulateView, type AccumulateViewConfig } from './views/accumulate-view.js';
export { accumulateRun } from './views/accumulate-run.js';
export type { ChatView, ReplyStatus } from './views/chat-view.js';
export type { RunCall, RunTurn, RunView } from './views/run-view.js';
export type { ReplyError } from './views/reply-error.js';
export { converse } from './views/converse.js';
export type {
  ChatConverseConfig,
  ConversationPolicy,
  ConversationRequest,
  ConverseConfig,
  ConverseFields,
  ResponsesConversationRequest,
  ResponsesConverseConfig,
} from './views/conversation.js';
export type { ConversationCommand, ConversationView, Turn } from './views/conversation.js';
export { type ConversationClient, type HistoryConfig, historyOf, promptText } from './views/conversation-request.js';

/* Errors: one class for each thing a caller can do about it */
export { isLlmError, LlmError, type ErrorKind } from './errors/llm-error.js';
export { ApiError } from './errors/api-error.js';
export { RateLimitError } from './errors/rate-limit-error.js';
export { ConnectionError } from './errors/connection-error.js';
export { DeadlineError, type Deadline } from './errors/deadline-error.js';
export { StreamError } from './errors/stream-error.js';
export { ProtocolError } from './errors/protocol-error.js';
export { LimitError } from './errors/limit-error.js';
export { OutputError, type OutputIssue } from './errors/output-error.js';
export type { RateLimit, RateLimits } from './errors/rate-limits.js';
