/* Chunks as a server sends them */
export type { ChunkConfig } from './build-chunk.js';
export { roleChunk } from './role-chunk.js';
export { textChunk } from './text-chunk.js';
export { reasoningChunk } from './reasoning-chunk.js';
export { toolCallChunk, type ToolCallPiece } from './tool-call-chunk.js';
export { finishChunk } from './finish-chunk.js';
export { usageChunk } from './usage-chunk.js';
export { chunksOf, type ChunksOfConfig } from './chunks-of.js';

/* Virtual time, in any test runner */
export { runMarbles, type ColdChunks, type MarbleHelpers } from './run-marbles.js';
export type { ChunkValues } from './chunk-values.js';
export { MarblesError } from './marbles-error.js';

/* Clients and servers without a network */
export {
  fakeClient,
  type AskedRequest,
  type FakeClient,
  type FakeClientConfig,
  type FakeReply,
  type FakeRequest,
} from './fake-client.js';
export {
  fakeTransport,
  type FakeExchange,
  type FakeTransport,
  type FakeTransportConfig,
  type SentRequest,
} from './fake-transport.js';
export type { FakeAnswer, FakePiece } from './fake-answer.js';
export type { RequestRecord } from './request-record.js';
export type { Script } from './script.js';

/* Exchanges are recorded and replayed */
export { recordCassette, type CassetteRecorder, type RecordCassetteConfig } from './record-cassette.js';
export { replayCassette, type ReplayCassetteConfig } from './replay-cassette.js';
export type {
  Cassette,
  CassetteEnd,
  CassetteExchange,
  CassetteFailure,
  CassettePiece,
  CassetteRequest,
  CassetteResponse,
} from './cassette.js';

/* Types of 'rxllm' that declarations inferred from the above name */
export type { Client } from '../client/create-client.js';
export type { RequestOptions } from '../client/client-config.js';
export type { Transport, TransportEvent, TransportRequest } from '../transport/transport.js';
export type { ChatCompletionRequest } from '../schemas/chat-completion-request.js';
export type { CompletionRequest } from '../schemas/completion.js';
export type { ChatMessage } from '../schemas/chat-message.js';
export type { ChatChoice, ChatCompletionChunk, ChatDelta, ToolCallDelta } from '../schemas/chat-completion-chunk.js';
export type { CompletionChunk } from '../schemas/completion.js';
export type { Model } from '../schemas/model.js';
export type { TokenUsage } from '../schemas/token-usage.js';
