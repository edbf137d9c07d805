/* Chunks as a server sends them */
export {
  type ChunkConfig,
  type ChunksOfConfig,
  type ToolCallPiece,
  roleChunk,
  textChunk,
  reasoningChunk,
  toolCallChunk,
  finishChunk,
  usageChunk,
  chunksOf,
} from './chunk-builders.js';

/* Events of a response as a server sends them */
export {
  type ResponseConfig,
  type ResponseEventsConfig,
  responseEvents,
  responseCreated,
  responseEnd,
} from './responses/response-events.js';
export {
  type EventPlace,
  responseItemAdded,
  responseTextDelta,
  responseReasoningDelta,
  responseRefusalDelta,
  responseArgumentsDelta,
} from './responses/event-builders.js';
export type { DescribedItem, DescribedOutput, TextPieces } from './responses/output-items.js';

/* Marble tests in virtual time, in any test runner */
export { runMarbles, type ChunkValues, type ColdChunks, type MarbleHelpers } from './marbles/run-marbles.js';
export { MarblesError } from './marbles/marbles-error.js';

/* Clients and servers without a network */
export {
  fakeClient,
  type AskedRequest,
  type FakeClient,
  type FakeClientConfig,
  type FakeReply,
  type FakeRequest,
} from './fakes/fake-client.js';
export {
  fakeTransport,
  type FakeExchange,
  type FakeTransport,
  type FakeTransportConfig,
  type SentRequest,
} from './fakes/fake-transport.js';
export type { FakeAnswer, FakePiece } from './fakes/fake-answer.js';
export type { RequestRecord } from './fakes/request-record.js';
export type { Script } from './fakes/script.js';

/* Recorded and replayed exchanges */
export { recordCassette, type CassetteRecorder, type RecordCassetteConfig } from './cassettes/record-cassette.js';
export { replayCassette, type ReplayCassetteConfig } from './cassettes/replay-cassette.js';
export type {
  Cassette,
  CassetteEnd,
  CassetteExchange,
  CassetteFailure,
  CassettePiece,
  CassetteRequest,
  CassetteResponse,
} from './cassettes/cassette.js';

/* Types of 'rxllm' that appear in declarations inferred from these exports */
export type { Client, ResumeOptions, ResumeStreamOptions } from '../client/create-client.js';
export type { RequestOptions } from '../client/client-config.js';
export type { Transport, TransportEvent, TransportRequest } from '../transport/transport.js';
export type { ChatCompletionRequest } from '../schemas/chat-completion-request.js';
export type { CompletionRequest } from '../schemas/completion.js';
export type { ChatMessage } from '../schemas/chat-message.js';
export type { ChatChoice, ChatCompletionChunk, ChatDelta, ToolCallDelta } from '../schemas/chat-completion-chunk.js';
export type { CompletionChunk } from '../schemas/completion.js';
export type { ResponseRequest } from '../schemas/response-request.js';
export type { ResponseEvent } from '../schemas/response-event.js';
export type {
  DeletedResponse,
  ResponseFailure,
  ResponseObject,
  ResponseOutputItem,
  ResponseUsage,
} from '../schemas/response-object.js';
export type { EmbeddingsAnswer, EmbeddingsRequest } from '../schemas/embeddings.js';
export type { ModerationsAnswer, ModerationsRequest } from '../schemas/moderations.js';
export type { Model } from '../schemas/model.js';
export type { TokenUsage } from '../schemas/token-usage.js';
