import type { Observable } from 'rxjs';
import type { ChatCompletionChunk } from '../schemas/chat-completion-chunk.js';
import type { ChatCompletionRequest } from '../schemas/chat-completion-request.js';
import type { CompletionChunk, CompletionRequest } from '../schemas/completion.js';
import type { EmbeddingsAnswer, EmbeddingsRequest } from '../schemas/embeddings.js';
import type { Model } from '../schemas/model.js';
import type { ModerationsAnswer, ModerationsRequest } from '../schemas/moderations.js';
import type { ResponseEvent } from '../schemas/response-event.js';
import type { DeletedResponse, ResponseObject } from '../schemas/response-object.js';
import type { ResponseRequest } from '../schemas/response-request.js';
import { fetchTransport } from '../transport/fetch/fetch-transport.js';
import {
  checkAfter,
  checkChatRequest,
  checkCompletionRequest,
  checkEmbeddingsRequest,
  checkModerationsRequest,
  checkResponseId,
  checkResponseRequest,
  checkStreamOptions,
} from './check-request.js';
import type { ClientConfig, RequestOptions } from './client-config.js';
import { fetchEmbeddings } from './fetch-embeddings.js';
import { fetchModels } from './fetch-models.js';
import { fetchModerations } from './fetch-moderations.js';
import { cancelResponse, deleteResponse, retrieveResponse } from './fetch-response.js';
import { createSettings, type Platform } from './settings.js';
import { resumeChunks, streamChunks } from './stream-chunks.js';
import { chatEndpoint, completionsEndpoint } from './stream-endpoints.js';
import { resumeResponse, streamResponse } from './stream-responses.js';

/**
 * The endpoints of one server, without retries. Each method returns a cold Observable: nothing is sent before it is subscribed,
 * each subscription is one request, and unsubscribing aborts it. Only a background response takes further requests, where its
 * connection breaks.
 */
export interface Client {
  /** Streams an answer from `/chat/completions`. Throws `TypeError` at the call if the model or the messages are missing. */
  readonly chat: (request: ChatCompletionRequest, options?: RequestOptions) => Observable<ChatCompletionChunk>;
  /** Streams a completion from the legacy `/completions`. */
  readonly completions: (request: CompletionRequest, options?: RequestOptions) => Observable<CompletionChunk>;
  /**
   * Streams the events of an answer from `/responses`. A background response is resumed where its connection breaks, so that
   * each event comes once. After its first event no error is `retryable`, since the server goes on working: `responseId` and
   * `after` of the error are what `resumeResponse` takes.
   */
  readonly responses: (request: ResponseRequest, options?: RequestOptions) => Observable<ResponseEvent>;
  /**
   * Streams the events of a background response that was begun before, all or those after a number, and resumes it as
   * `responses` does. Throws `TypeError` at the call for an id that is no text, or an empty one.
   */
  readonly resumeResponse: (id: string, options?: ResumeOptions) => Observable<ResponseEvent>;
  /**
   * Attaches to a stream that a relay keeps, from its start or after an event: chunks for `api: 'chat'`, events for
   * `api: 'responses'`. It is resumed and stopped as the stream of `chat` is. A stream that has ended after the last event
   * that was read completes without a value; one that the relay does not have is an `ApiError` of kind `not_found`. Throws
   * `TypeError` at the call for an id that is not one of a stream, and without `api`.
   */
  readonly resumeStream: <Api extends 'chat' | 'responses'>(
    id: string,
    options: ResumeStreamOptions<Api>,
  ) => Observable<Api extends 'chat' ? ChatCompletionChunk : ResponseEvent>;
  /**
   * Emits a stored response as the server has it now, whatever its `status`: the `error` of one that failed is part of the
   * value. An id that the server does not know is an `ApiError` of kind `not_found`; one that is no text, or an empty one,
   * throws `TypeError` at the call.
   */
  readonly retrieveResponse: (id: string, options?: RequestOptions) => Observable<ResponseObject>;
  /** Stops a background response, and emits it as it is then. Errors as in `retrieveResponse`. */
  readonly cancelResponse: (id: string, options?: RequestOptions) => Observable<ResponseObject>;
  /** Deletes a stored response, and emits the server's `{ id, object, deleted }`. Errors as in `retrieveResponse`. */
  readonly deleteResponse: (id: string, options?: RequestOptions) => Observable<DeletedResponse>;
  /**
   * Emits the vectors of all inputs as one value, in the order of the inputs; a list of token ids is one input. Asks for
   * base64, which is shorter than numbers, unless `encoding_format` is set. Throws `TypeError` at the call if the
   * model or the input is missing. Indices that are missing or come twice are a `ProtocolError`, and an answer longer than
   * `limits.answerBytes` is a `LimitError`.
   */
  readonly embeddings: (request: EmbeddingsRequest, options?: RequestOptions) => Observable<EmbeddingsAnswer>;
  /**
   * Emits what the server finds in the input as one value, as the server sends it: one result per input, with scores from
   * 0 to 1. Throws `TypeError` at the call if the input is missing.
   */
  readonly moderations: (request: ModerationsRequest, options?: RequestOptions) => Observable<ModerationsAnswer>;
  /** Emits each model of the server. */
  readonly models: (options?: RequestOptions) => Observable<Model>;
}

/** Options of `resumeResponse`. */
export interface ResumeOptions extends RequestOptions {
  /** The `sequence_number` of the last event that was read. Default none: the server begins with the first. */
  readonly after?: number | undefined;
}

/** Options of `resumeStream`. */
export interface ResumeStreamOptions<Api extends 'chat' | 'responses' = 'chat' | 'responses'> extends RequestOptions {
  /** The method whose stream it is. */
  readonly api: Api;
  /** The `id` of the last server-sent event that was read: the `after` of an error. Default none: all events come. */
  readonly after?: number | undefined;
}

/**
 * Creates a client for an OpenAI-style server, over `fetch`. It never retries, except that a background response is resumed
 * where its connection broke, unless `resume` is `false`; see {@link retryTransient}.
 *
 * ```ts
 * const client = createClient({ baseURL: '/v1' });
 * client.chat({ model, messages }).pipe(textDeltas()).subscribe((text) => { … });
 * ```
 *
 * @throws {TypeError} For an unknown or invalid field, and for an `apiKey` in a web page.
 */
export function createClient(config: ClientConfig = {}): Client {
  return buildClient(config, { createTransport: () => fetchTransport() });
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
      return streamResponse(request, settingsOf(options));
    },
    resumeResponse: (id, options = {}) => {
      checkResponseId(id, 'resumeResponse()');
      checkAfter(options);
      const { after, ...rest } = options;
      return resumeResponse({ id, after }, settingsOf(rest));
    },
    resumeStream: (id, options) => {
      const { api, after, ...rest } = checkStreamOptions(id, options);
      const from = { id, after, relayed: true };
      // How many answers the request asked for is not known.
      return (
        api === 'chat'
          ? resumeChunks(chatEndpoint, { n: Infinity }, from, settingsOf(rest))
          : resumeResponse(from, settingsOf(rest))
      ) as Observable<never>;
    },
    retrieveResponse: (id, options) => retrieveResponse(checkResponseId(id, 'retrieveResponse()'), settingsOf(options)),
    cancelResponse: (id, options) => cancelResponse(checkResponseId(id, 'cancelResponse()'), settingsOf(options)),
    deleteResponse: (id, options) => deleteResponse(checkResponseId(id, 'deleteResponse()'), settingsOf(options)),
    embeddings: (request, options) => {
      checkEmbeddingsRequest(request);
      return fetchEmbeddings(request, settingsOf(options));
    },
    moderations: (request, options) => {
      checkModerationsRequest(request);
      return fetchModerations(request, settingsOf(options));
    },
    models: (options) => fetchModels(settingsOf(options)),
  };
}
