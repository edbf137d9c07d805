import { catchError, concat, EMPTY, map, of, type Observable, type ObservableInput, type SchedulerLike } from 'rxjs';
import type { AnswerChunk } from '../chunks/answer-chunk.js';
import { LimitError } from '../errors/limit-error.js';
import { conflate } from '../operators/conflate.js';
import type { ResponseEvent } from '../schemas/response-event.js';
import { formatEvent, type FormattableEvent } from '../sse/format-event.js';
import { fillSilence } from '../util/fill-silence.js';
import { perSubscription } from '../util/operate.js';
import { isObject } from '../util/is-object.js';
import { parseJson } from '../util/parse-json.js';
import { toErrorEvent, toToldError, type StreamForm } from './error-event.js';
import { joinDeltas } from './join-deltas.js';

/** What an event stream can be made of: chunks, events of a response, or server-sent events as they are. */
export type EventStreamValue = AnswerChunk | ResponseEvent | FormattableEvent;

/** How {@link eventText} waits. */
interface EventTextConfig {
  /** After how many milliseconds of silence a comment is sent. */
  readonly heartbeat: number;
  readonly scheduler: SchedulerLike;
  /** Emits once the reader takes more; called after each text. */
  readonly whenWanted: () => ObservableInput<unknown>;
}

/** An event before it is formatted; of an object the JSON is not yet written. */
interface UnwrittenEvent extends Omit<FormattableEvent, 'data'> {
  readonly data: string | object;
}

/** What waits for the reader. Without events it is a comment. */
interface Backlog {
  /** The events before the newest one. */
  readonly text: string;
  /** The newest event, which the next one may be joined to. */
  readonly newest?: UnwrittenEvent;
  /** How much text was joined to the newest event. */
  readonly joined: number;
}

/** From here on events are joined. Less than this waits each time that one read of a socket has brought many events. */
const joinFrom = 2 ** 16;
const maxBacklog = 2 ** 20;

const silence: Backlog = { text: '', joined: 0 };

/**
 * Emits the text of an event stream, one piece each time that the reader takes more. An error of the source is the last
 * event; otherwise chunks end with `[DONE]`.
 *
 * What the reader has not taken is kept. Above 64 Ki characters neighbouring events that add nothing but text are joined;
 * above 1 Mi characters the source is unsubscribed, and the stream ends with an error event.
 */
export function eventText(
  source: Observable<EventStreamValue>,
  { heartbeat, scheduler, whenWanted }: EventTextConfig,
): Observable<string> {
  return perSubscription(() => {
    let form: StreamForm | undefined = 'chat';
    const events = source.pipe(
      map((value) => {
        form = formOf(value);
        return toEvent(value, form);
      }),
    );
    const end = perSubscription(() => (form === 'chat' ? of<UnwrittenEvent>({ data: '[DONE]' }) : EMPTY));
    return concat(events, end).pipe(
      map((newest): Backlog => ({ text: '', newest, joined: 0 })),
      fillSilence(silence, heartbeat, scheduler),
      conflate(add, whenWanted),
      map((backlog) => written(backlog) || ':\n\n'),
      catchError((error: unknown) => of(formatEvent(toErrorEvent(toToldError(error), form ?? 'chat')))),
    );
  });
}

/** Returns the form of the stream that a value belongs to; `undefined` for server-sent events, which bring their own end. */
function formOf(value: EventStreamValue): StreamForm | undefined {
  if (!isObject(value)) {
    throw new TypeError('An event stream is made of chunks, events of a response or server-sent events, not of text');
  }
  if ('choices' in value) {
    return 'chat';
  }
  return 'type' in value ? 'responses' : undefined;
}

/** Returns the name of the event of a response; `undefined` for one that the format cannot express. */
export function eventNameOf({ type }: ResponseEvent): string | undefined {
  return /[\r\n\0]/u.test(type) ? undefined : type;
}

function toEvent(value: EventStreamValue, form: StreamForm | undefined): UnwrittenEvent {
  switch (form) {
    case 'chat':
      return { data: value };
    case 'responses':
      return { event: eventNameOf(value as ResponseEvent), data: value };
    default:
      return value as FormattableEvent;
  }
}

function add(backlog: Backlog, { newest }: Backlog): Backlog {
  if (newest === undefined) {
    return backlog;
  }
  const joined = backlog.text.length < joinFrom ? undefined : join(backlog, newest);
  const sum = joined ?? { text: written(backlog), newest, joined: 0 };
  if (sum.text.length + sum.joined > maxBacklog) {
    throw new LimitError('backlog', maxBacklog, 'the reader takes too little');
  }
  return sum;
}

function join({ text, newest, joined }: Backlog, next: UnwrittenEvent): Backlog | undefined {
  if (newest === undefined || newest.event !== next.event) {
    return undefined;
  }
  const deltas = joinDeltas(valueOf(newest), valueOf(next));
  return deltas && { text, newest: { ...next, data: deltas.value }, joined: joined + deltas.added.length };
}

function valueOf({ data }: UnwrittenEvent): unknown {
  return typeof data === 'string' ? parseJson(data) : data;
}

function written({ text, newest }: Backlog): string {
  return newest === undefined ? text : text + formatEvent({ ...newest, data: dataOf(newest) });
}

function dataOf({ data }: UnwrittenEvent): string {
  return typeof data === 'string' ? data : JSON.stringify(data);
}
