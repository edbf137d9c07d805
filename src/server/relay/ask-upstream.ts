import { catchError, concat, defer, filter, map, of, type Observable } from 'rxjs';
import type { ResponseInfo } from '../../client/client-config.js';
import type { ChatCompletionChunk } from '../../schemas/chat-completion-chunk.js';
import type { ChatCompletionRequest } from '../../schemas/chat-completion-request.js';
import type { ResponseEvent } from '../../schemas/response-event.js';
import type { ResponseRequest } from '../../schemas/response-request.js';
import { toErrorEvent, toToldError } from '../error-event.js';
import type { LogEntry } from '../stream-log.js';
import type { RelaySettings } from './relay-config.js';
import type { RelayedRequest } from './relayed-request.js';

/** An event before it has a number. */
export interface RelayedEvent extends Omit<LogEntry, 'number'> {
  /** Whether it is the last one of its stream. */
  readonly isEnd: boolean;
}

/**
 * Asks the model's server, and emits its chunks or events.
 *
 * @param onHead Called with the head of each response.
 */
export function askUpstream(
  { form, body, wantsUsage }: Omit<RelayedRequest, 'session' | 'signal'>,
  { client }: RelaySettings,
  onHead: (head: ResponseInfo) => void,
): Observable<ChatCompletionChunk | ResponseEvent> {
  const options = { onResponse: onHead };
  return form === 'responses'
    ? client.responses(body as ResponseRequest, options)
    : client.chat(body as ChatCompletionRequest, options).pipe(filter((chunk) => wantsUsage || !isUsage(chunk)));
}

/** Converts what {@link askUpstream} emits to the events of a stream, of which an error is the last. */
export function toRelayedEvents(form: RelayedRequest['form']) {
  return (values: Observable<ChatCompletionChunk | ResponseEvent>): Observable<RelayedEvent> =>
    concat(
      values.pipe(map((value) => toRelayedEvent(value))),
      defer(() => of<RelayedEvent>({ data: '[DONE]', isEnd: true })),
    ).pipe(catchError((error: unknown) => of({ ...toErrorEvent(toToldError(error), form), isEnd: true })));
}

function toRelayedEvent(value: ChatCompletionChunk | ResponseEvent): RelayedEvent {
  const data = JSON.stringify(value);
  return 'choices' in value ? { data, isEnd: false } : { event: value.type as string, data, isEnd: false };
}

function isUsage({ choices, usage }: ChatCompletionChunk): boolean {
  return choices.length === 0 && usage !== undefined && usage !== null;
}
