import { asyncScheduler, defer, from, identity, isObservable, type Observable, type SchedulerLike } from 'rxjs';
import type { StreamCursor } from '../../answers/stream-cursor.js';
import type { Client } from '../../client/create-client.js';
import { checkClientConfig, type RequestOptions } from '../../client/client-config.js';
import {
  checkAfter,
  checkChatRequest,
  checkCompletionRequest,
  checkEmbeddingsRequest,
  checkModerationsRequest,
  checkResponseId,
  checkResponseRequest,
  checkStreamOptions,
} from '../../client/check-request.js';
import { onFlatStack } from '../../client/on-flat-stack.js';
import { isStreamId } from '../../util/is-stream-id.js';
import { check, checkConfig, checkScheduler } from '../../util/check.js';
import type { ChatCompletionChunk } from '../../schemas/chat-completion-chunk.js';
import type { ChatMessage } from '../../schemas/chat-message.js';
import type { CompletionChunk, CompletionRequest } from '../../schemas/completion.js';
import type { EmbeddingsAnswer, EmbeddingsRequest } from '../../schemas/embeddings.js';
import type { Model } from '../../schemas/model.js';
import type { ModerationsAnswer, ModerationsRequest } from '../../schemas/moderations.js';
import type { ResponseEvent } from '../../schemas/response-event.js';
import type { DeletedResponse, ResponseObject } from '../../schemas/response-object.js';
import type { ResponseRequest } from '../../schemas/response-request.js';
import { chunksOf } from '../chunk-builders.js';
import { responseEvents } from '../responses/response-events.js';
import { readEvents } from './read-events.js';
import { recordEnding, type RequestRecord, startRecord } from './request-record.js';
import { readScript, type Script } from './script.js';

/** A request that {@link fakeClient} received, one per subscription. */
export interface FakeRequest extends RequestRecord {
  /** The method that was called. */
  readonly operation: keyof Client;
  /** The request as passed to the method; `{ id }` or `{ id, after }` for those that take an id, and `{}` for `models()`. */
  readonly request: AskedRequest;
  /** The options of the request, without `apiKey` and headers such as `authorization` and `api-key`. */
  readonly options: Omit<RequestOptions, 'apiKey'>;
}

/** A request to any endpoint. */
export interface AskedRequest {
  readonly model?: string | undefined;
  readonly messages?: readonly ChatMessage[] | undefined;
  readonly prompt?: CompletionRequest['prompt'] | undefined;
  readonly input?: ResponseRequest['input'] | EmbeddingsRequest['input'] | ModerationsRequest['input'];
  /** The id of the response that is asked for, and the number after which its events are to begin. */
  readonly id?: string | undefined;
  readonly after?: number | undefined;
  readonly [key: string]: unknown;
}

/**
 * A reply of {@link fakeClient}: a stream of what the method emits, such as chunks for `chat` and events for `responses`. A
 * string is the text of a reply to `chat` or `responses`, short for `from(chunksOf(text))` or `from(responseEvents(text))`.
 */
export type FakeReply =
  | string
  | Observable<
      | ChatCompletionChunk
      | CompletionChunk
      | ResponseEvent
      | ResponseObject
      | DeletedResponse
      | EmbeddingsAnswer
      | ModerationsAnswer
      | Model
    >;

/** A client without a server. */
export interface FakeClient extends Client {
  /** The requests so far, in order. */
  readonly requests: readonly FakeRequest[];
}

/** Options of {@link fakeClient}. */
export interface FakeClientConfig {
  /** The clock of `requests`. Default `asyncScheduler`, which is virtual inside `runMarbles`. */
  readonly scheduler?: SchedulerLike | undefined;
  /**
   * The id under which a relay would keep each reply, or a function of the request: told to `onResponse` when the reply is
   * subscribed, so that the turns of `converse` have it. Default none.
   */
  readonly streamId?: string | ((request: FakeRequest) => string | undefined) | undefined;
}

/**
 * Creates a client that replies with strings and Observables, to test code that uses a client.
 *
 * ```ts
 * const greeting = fakeClient('Hello!');
 * const client = fakeClient([throwError(() => busy), chunks('r-a-b-f|', { a: 'Hel', b: 'lo' })]);
 * ```
 *
 * As with a real client, each subscription is a request. `requests` lists them with the times at which they were sent and
 * ended. Values, errors and completion of a reply pass through unchanged, except that the events of a response are read as a
 * client reads them: it completes after the event that ends it, and fails after `response.failed`, or if there is no such
 * event. Nothing is resumed or stopped by itself: `resumeResponse` drops the events that were read, so that a reply may have
 * all of them. To test a reload in mid-answer, set `streamId`, and give the turns of one conversation to another: it asks
 * `resumeStream` for the reply that was in flight.
 *
 * @param replies A list with one reply per request, in order; one reply for every request; or a function of the request. A
 *   request beyond the end of the list fails with an `Error`.
 * @throws TypeError if a reply is neither a string nor an Observable. The methods throw where those of a real client do.
 * @see {@link fakeTransport} to test a real client without a network.
 */
export function fakeClient(replies: Script<FakeReply, FakeRequest>, config: FakeClientConfig = {}): FakeClient {
  checkConfig('fakeClient', config, ['scheduler', 'streamId']);
  const { scheduler = asyncScheduler, streamId } = config;
  checkScheduler(scheduler);
  const isId = streamId === undefined || typeof streamId === 'function' || isStreamId(streamId);
  check(isId, 'streamId', "the id of a stream, such as 'stream_0123456789', or a function that returns one", streamId);
  const requests: FakeRequest[] = [];
  const replyTo = readScript('fakeClient', 'replies', replies, (reply: FakeReply, place) => {
    check(typeof reply === 'string' || isObservable(reply), place, 'a string or an Observable', reply);
    return reply;
  });
  /** @param cursor Where the events of a response begin; left out for any other reply. */
  const ask = <T>(
    operation: keyof Client,
    request: AskedRequest,
    allOptions: RequestOptions = {},
    cursor?: StreamCursor,
  ): Observable<T> => {
    checkClientConfig(allOptions, 'request');
    const options = withoutKeys(allOptions);
    return defer(() => {
      const asked = Object.assign(startRecord(scheduler), { operation, request, options });
      requests.push(asked);
      const id = typeof streamId === 'function' ? streamId(asked) : streamId;
      if (id !== undefined) {
        options.onResponse?.({ ...relayHead, headers: new Headers({ 'x-stream-id': id }), streamId: id });
      }
      const reply = defer(() => {
        const given = replyTo(asked, requests.length, operation);
        return typeof given !== 'string'
          ? given
          : from<readonly unknown[]>(cursor ? responseEvents(given) : chunksFor(operation, given));
      });
      const read = cursor ? readEvents({ ...cursor }, scheduler) : identity;
      return (reply as Observable<never>).pipe(read, recordEnding(asked, scheduler));
    }).pipe(onFlatStack()) as Observable<T>;
  };
  return {
    requests,
    chat: (request, options) => {
      checkChatRequest(request);
      return ask('chat', request, options);
    },
    completions: (request, options) => {
      checkCompletionRequest(request);
      return ask('completions', request, options);
    },
    responses: (request, options) => {
      checkResponseRequest(request);
      return ask('responses', request, options, { id: undefined, after: undefined });
    },
    resumeResponse: (id, options = {}) => {
      checkResponseId(id, 'resumeResponse()');
      checkAfter(options);
      const { after, ...rest } = options;
      return ask('resumeResponse', { id, after }, rest, { id, after });
    },
    resumeStream: (id, options) => {
      const { api, after, ...rest } = checkStreamOptions(id, options);
      const cursor = api === 'responses' ? { id: undefined, after: undefined } : undefined;
      return ask('resumeStream', { id, api, after }, rest, cursor);
    },
    retrieveResponse: (id, options) =>
      ask('retrieveResponse', { id: checkResponseId(id, 'retrieveResponse()') }, options),
    cancelResponse: (id, options) => ask('cancelResponse', { id: checkResponseId(id, 'cancelResponse()') }, options),
    deleteResponse: (id, options) => ask('deleteResponse', { id: checkResponseId(id, 'deleteResponse()') }, options),
    embeddings: (request, options) => {
      checkEmbeddingsRequest(request);
      return ask('embeddings', request, options);
    },
    moderations: (request, options) => {
      checkModerationsRequest(request);
      return ask('moderations', request, options);
    },
    models: (options) => ask('models', {}, options),
  };
}

const relayHead = { status: 200, requestId: undefined, rateLimits: {} } as const;

function chunksFor(operation: keyof Client, text: string): readonly ChatCompletionChunk[] {
  if (operation !== 'chat' && operation !== 'completions' && operation !== 'resumeStream') {
    throw new TypeError(`fakeClient has a string for ${operation}(), which emits no text: reply with an Observable`);
  }
  return chunksOf(text);
}

function withoutKeys({ apiKey, headers, ...options }: RequestOptions): FakeRequest['options'] {
  if (headers === undefined) {
    return options;
  }
  const kept = Object.entries(headers).filter(([name]) => !/authorization$|api-?key$/iu.test(name));
  return { ...options, headers: Object.fromEntries(kept) };
}
