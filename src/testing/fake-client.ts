import { asyncScheduler, defer, from, isObservable, type Observable, type SchedulerLike } from 'rxjs';
import { checkChatRequest, checkCompletionRequest } from '../client/check-request.js';
import { checkClientConfig as checkOptions, type RequestOptions } from '../client/client-config.js';
import type { Client } from '../client/create-client.js';
import type { ChatCompletionChunk } from '../schemas/chat-completion-chunk.js';
import type { ChatMessage } from '../schemas/chat-message.js';
import type { CompletionChunk, CompletionRequest } from '../schemas/completion.js';
import type { Model } from '../schemas/model.js';
import { check, checkConfig, checkScheduler } from '../util/check.js';
import { chunksOf } from './chunks-of.js';
import { recordEnding, type RequestRecord, startRecord } from './request-record.js';
import { readScript, type Script } from './script.js';

/** What was asked of a {@link fakeClient}: one per subscription. */
export interface FakeRequest extends RequestRecord {
  /** Which method was called. */
  readonly operation: keyof Client;
  /** The request as it was given; `{}` for `models()`. */
  readonly request: AskedRequest;
  /** The options of the request without keys: `apiKey`, and headers such as `authorization` and `api-key`. */
  readonly options: Omit<RequestOptions, 'apiKey'>;
}

/** A request to any endpoint. */
export interface AskedRequest {
  readonly model?: string | undefined;
  readonly messages?: readonly ChatMessage[] | undefined;
  readonly prompt?: CompletionRequest['prompt'] | undefined;
  readonly [key: string]: unknown;
}

/**
 * What a {@link fakeClient} gives: chunks to `chat` and `completions`, models to `models`. A text is a reply to `chat`: that
 * of `from(chunksOf(text))`.
 */
export type FakeReply = string | Observable<ChatCompletionChunk | CompletionChunk | Model>;

/** A client without a server. */
export interface FakeClient extends Client {
  /** What was asked so far, in order. */
  readonly requests: readonly FakeRequest[];
}

/** How {@link fakeClient} tells the time. */
export interface FakeClientConfig {
  /** Default `asyncScheduler`, which is virtual inside `runMarbles`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * A client that answers from texts and Observables, for what is built on a client.
 *
 * ```ts
 * const greeting = fakeClient('Hello!');
 * const client = fakeClient([throwError(() => busy), chunks('r-a-b-f|', { a: 'Hel', b: 'lo' })]);
 * ```
 *
 * Each subscription is a request, as with a real client, and noted in `requests` with the times at which it was sent and
 * ended. A reply is passed on as it is: values, errors and completion.
 *
 * @param replies Replies to the requests in turn; one for every request; or a function of the request. A request beyond the
 *   end of a list fails with an `Error` that says so.
 * @throws TypeError for a reply that is neither text nor Observable; the methods, for what a real client refuses.
 * @see {@link fakeTransport} to test a real client without a network.
 */
export function fakeClient(replies: Script<FakeReply, FakeRequest>, config: FakeClientConfig = {}): FakeClient {
  checkConfig('fakeClient', config, ['scheduler']);
  const { scheduler = asyncScheduler } = config;
  checkScheduler(scheduler);
  const requests: FakeRequest[] = [];
  const replyTo = readScript(replies, {
    name: 'fakeClient',
    field: 'replies',
    read: (reply: FakeReply, place): Observable<unknown> => {
      if (typeof reply === 'string') {
        return from(chunksOf(reply));
      }
      check(isObservable(reply), place, 'a text or an Observable', reply);
      return reply;
    },
  });
  const ask = <T>(operation: keyof Client, request: AskedRequest, given: RequestOptions = {}): Observable<T> => {
    checkOptions(given, 'request');
    const options = withoutKeys(given);
    return defer(() => {
      const asked = Object.assign(startRecord(scheduler), { operation, request, options });
      requests.push(asked);
      const reply = defer(() => replyTo(asked, requests.length, operation) as Observable<T>);
      return reply.pipe(recordEnding(asked, scheduler));
    });
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
    models: (options) => ask('models', {}, options),
  };
}

function withoutKeys({ apiKey, headers, ...options }: RequestOptions): FakeRequest['options'] {
  if (headers === undefined) {
    return options;
  }
  const kept = Object.entries(headers).filter(([name]) => !/authorization$|api-?key$/iu.test(name));
  return { ...options, headers: Object.fromEntries(kept) };
}
