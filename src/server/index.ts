/* Requests are relayed to a model's server, whose key stays here */
export { relay } from './relay/relay.js';
export type {
  Authorization,
  Authorize,
  RelayConfig,
  RelayedBody,
  RelayLimits,
  RelaySession,
} from './relay/relay-config.js';

/* The log of the streams */
export { memoryLog, type MemoryLogConfig } from './memory-log.js';
export type { AppendOptions, AppendResult, LogEntry, LogPage, StreamLog } from './stream-log.js';

/* Observables become answers of a web server */
export { toEventStream, type EventStreamConfig } from './to-event-stream.js';
export { sendEventStream } from './send-event-stream.js';
export type { EventStreamValue } from './event-text.js';
export type { FormattableEvent } from '../sse/format-event.js';

/* Handlers of web requests serve Node */
export { toNodeHandler, type HandlerContext, type WebHandler } from './to-node-handler.js';
export type { NodeRequest, NodeResponse } from './node-exchange.js';

/* Types of 'rxllm' that appear in declarations inferred from these exports */
export type { AnswerChunk } from '../chunks/answer-chunk.js';
export type { ResponseEvent } from '../schemas/response-event.js';
