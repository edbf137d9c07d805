import type { Observable } from 'rxjs';
import type { ChatCompletionChunk } from '../schemas/chat-completion-chunk.js';
import type { ChatCompletionRequest } from '../schemas/chat-completion-request.js';
import type { CompletionChunk, CompletionRequest } from '../schemas/completion.js';
import type { Model } from '../schemas/model.js';
import type { ResponseEvent } from '../schemas/response-event.js';
import type { ResponseRequest } from '../schemas/response-request.js';
import { fetchTransport } from '../transport/fetch/fetch-transport.js';
import { checkChatRequest, checkCompletionRequest, checkResponseRequest } from './check-request.js';
import type { ClientConfig, RequestOptions } from './client-config.js';
import { fetchModels } from './fetch-models.js';
import { createSettings, type Platform } from './settings.js';
import { streamChunks } from './stream-chunks.js';
import { chatEndpoint, completionsEndpoint, responsesEndpoint } from './stream-endpoints.js';

/**
 * The endpoints of one server, without retries. Each method returns a cold Observable: nothing is sent before it is subscribed,
 * each subscription is one request, and unsubscribing aborts it.
 */
export interface Client {
  /** Streams an answer from `/chat/completions`. Throws `TypeError` at the call if the model or the messages are missing. */
  readonly chat: (request: ChatCompletionRequest, options?: RequestOptions) => Observable<ChatCompletionChunk>;
  /** Streams a completion from the legacy `/completions`. */
  readonly completions: (request: CompletionRequest, options?: RequestOptions) => Observable<CompletionChunk>;
  /** Streams the events of an answer from `/responses`. */
  readonly responses: (request: ResponseRequest, options?: RequestOptions) => Observable<ResponseEvent>;
  /** Emits each model of the server. */
  readonly models: (options?: RequestOptions) => Observable<Model>;
}

/**
 * Creates a client for an OpenAI-style server, over `fetch`. It never retries by itself; see {@link retryTransient}.
 *
 * ```ts
 * const client = createClient({ baseURL: '/v1' });
 * client.chat({ model, messages }).pipe(textDeltas()).subscribe((text) => { … });
 * ```
 *
 * @throws {TypeError} For an unknown or invalid field, and for an `apiKey` in a web page.
 */
export function createClient(config: ClientConfig = {}): Client {
  return buildClient(config, { createTransport: () => fetchTransport(), environment: {} });
}

/** Creates a client with the defaults of a platform. */
export function buildClient(config: ClientConfig, platform: Platform): Client {
  const settingsOf = createSettings(config, platform);
  return {
    chat: (request, options) => {
      checkChatRequest(request);
      return streamChunks(chatEndpoint, request, settingsOf(options));
    },
    completions: (request, options) => {
      checkCompletionRequest(request);
      return streamChunks(completionsEndpoint, request, settingsOf(options));
    },
    responses: (request, options) => {
      checkResponseRequest(request);
      return streamChunks(responsesEndpoint, request, settingsOf(options));
    },
    models: (options) => fetchModels(settingsOf(options)),
  };
}
