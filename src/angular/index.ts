/* Clients are provided and injected */
export { provideClient, withName, withClientInterceptors, withZone, type ClientFeature } from './provide-client.js';
export { withHttpClient } from './with-http-client.js';
export { withServerRequests } from './with-server-requests.js';
export { injectClient, CLIENT } from './inject-client.js';

/* Conversations become signals */
export { injectConversation, type ConversationConfig, type ConversationRef } from './inject-conversation.js';

/* Types of 'rxllm' that appear in declarations inferred from these exports */
export type { Client } from '../client/create-client.js';
export type { ClientConfig, RequestOptions } from '../client/client-config.js';
export type { Interceptor } from '../transport/transport.js';
export type { ChatCompletionRequest } from '../schemas/chat-completion-request.js';
export type { CompletionRequest } from '../schemas/completion.js';
export type { ChatMessage, UserContent } from '../schemas/chat-message.js';
export type { ChatCompletionChunk } from '../schemas/chat-completion-chunk.js';
export type { CompletionChunk } from '../schemas/completion.js';
export type { Model } from '../schemas/model.js';
export type { Message, ToolCall, Usage } from '../schemas/message.js';
export type { RetryNotice } from '../operators/retry-with-backoff.js';
export type { ChatView, ReplyStatus } from '../views/chat-view.js';
export type { ReplyError } from '../views/reply-error.js';
export type { RunCall, RunTurn, RunView } from '../views/run-view.js';
export type { Turn } from '../views/conversation.js';
export type { ErrorKind, LlmError } from '../errors/llm-error.js';
