import { concat, filter, fromEvent, map, Observable, of, pipe, type OperatorFunction } from 'rxjs';
import type { ResponseInfo } from '../../client/client-config.js';
import { endingOf, responseOf } from '../../responses/ending.js';
import type { ChatCompletionChunk } from '../../schemas/chat-completion-chunk.js';
import type { ChatCompletionRequest } from '../../schemas/chat-completion-request.js';
import type { ResponseEvent } from '../../schemas/response-event.js';
import type { ResponseRequest } from '../../schemas/response-request.js';
import { operate, subscribeWithin } from '../../util/operate.js';
import { toErrorEvent, toToldError, withToldError } from '../error-event.js';
import { eventNameOf } from '../event-text.js';
import type { LogEntry } from '../stream-log.js';
import { Refusal } from './refusal.js';
import type { RelaySettings } from './relay-config.js';
import type { RelayedRequest } from './relayed-request.js';

/** An event before it has a number. */
export type RelayedEvent = Omit<LogEntry, 'number'>;

/** Comes before the first event of a stream. */
export const begun = Symbol('begun');

/**
 * Asks the model's server, and emits the events of its answer, after `begun`.
 *
 * It has begun with the head of an event stream. What has another head has begun with the first chunk, since a server may send
 * an error with status 200. Until then an error passes through, and leaves to the caller which status it becomes, and the
 * request is cancelled when the caller leaves. From then on an error is the last event.
 */
export function askUpstream(
  request: Omit<RelayedRequest, 'session'>,
  { client }: Pick<RelaySettings, 'client'>,
): Observable<RelayedEvent | typeof begun> {
  const { form, body, signal, wantsUsage } = request;
  return new Observable((subscriber) => {
    let hasBegun = false;
    const begin = (): void => {
      if (!hasBegun) {
        hasBegun = true;
        subscriber.next(begun);
      }
    };
    const leave = (): void => {
      if (!hasBegun) {
        subscriber.error(new Refusal(499, 'The caller has left'));
      }
    };
    if (signal.aborted) {
      leave();
      return;
    }
    subscriber.add(fromEvent(signal, 'abort').subscribe(leave));
    const options = { onResponse: (head: ResponseInfo) => isEventStream(head) && begin() };
    const events =
      form === 'responses'
        ? client.responses(body as ResponseRequest, options).pipe(responseEvents())
        : client.chat(body as ChatCompletionRequest, options).pipe(chatEvents(wantsUsage));
    subscribeWithin(events, subscriber, {
      next: (event) => {
        begin();
        subscriber.next(event);
      },
      error: (error: unknown) => {
        if (hasBegun) {
          subscriber.next(toErrorEvent(toToldError(error), form));
          subscriber.complete();
        } else {
          subscriber.error(error);
        }
      },
      complete: () => {
        begin();
        subscriber.complete();
      },
    });
  });
}

function isEventStream({ status, headers }: ResponseInfo): boolean {
  const [essence = ''] = (headers.get('content-type') ?? '').split(';');
  return status === 200 && essence.trim().toLowerCase() === 'text/event-stream';
}

/** Converts chunks to events, and adds the end. The client always asks for token counts; not each caller does. */
function chatEvents(wantsUsage: boolean): OperatorFunction<ChatCompletionChunk, RelayedEvent> {
  const toEvent = (chunk: ChatCompletionChunk): RelayedEvent => ({ data: JSON.stringify(chunk) });
  const asked = wantsUsage
    ? map(toEvent)
    : pipe(
        filter(
          ({ choices, usage }: ChatCompletionChunk) => choices.length > 0 || usage === undefined || usage === null,
        ),
        // While it counts tokens, a server sends null with each chunk, and some the counts with the last text.
        map((chunk) => toEvent(chunk.usage === undefined ? chunk : { ...chunk, usage: undefined })),
      );
  return (chunks) => concat(chunks.pipe(asked), of({ data: '[DONE]' }));
}

/**
 * Converts the events of a response. The one that ends it is the last, also where the client has an error for it; the words of
 * an error in it are replaced as those of other errors are.
 */
function responseEvents(): OperatorFunction<ResponseEvent, RelayedEvent> {
  return operate((destination) => {
    let last: ResponseEvent | undefined;
    return {
      next: (event) => {
        if (endingOf(event) === undefined) {
          destination.next(toEvent(event));
        } else {
          last = event;
        }
      },
      error: (error) => {
        if (last === undefined) {
          destination.error(error);
        } else {
          destination.next(toEvent(retold(last, error)));
          destination.complete();
        }
      },
      complete: () => {
        if (last !== undefined) {
          destination.next(toEvent(last));
        }
        destination.complete();
      },
    };
  });
}

function toEvent(event: ResponseEvent): RelayedEvent {
  return { event: eventNameOf(event), data: JSON.stringify(event) };
}

function retold(event: ResponseEvent, error: unknown): ResponseEvent {
  const response = responseOf(event);
  return withToldError({ ...event, ...(response && { response: withToldError(response, error) }) }, error);
}
