import {
  concat,
  defer,
  EMPTY,
  from,
  identity,
  ignoreElements,
  isObservable,
  map,
  mergeMap,
  type MonoTypeOperatorFunction,
  NEVER,
  type Observable,
  of,
  type SchedulerLike,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { formatEvent } from '../../sse/format-event.js';
import type { ResponseEvent } from '../../schemas/response-event.js';
import type { TransportEvent } from '../../transport/transport.js';
import { check, checkFields } from '../../util/check.js';
import { isObject } from '../../util/is-object.js';

/**
 * A piece of a body. Strings and bytes are sent as they are, any other object, such as a chunk or the event of a response, as
 * a server-sent event with its JSON. The event has the name that is in the object's `type`.
 */
export type FakePiece = string | Uint8Array | Readonly<Record<string, unknown>> | ResponseEvent;

/** The answer of a fake server. Every field is optional: `{}` is an empty answer with status 200. */
export interface FakeAnswer {
  /** Default 200. */
  readonly status?: number | undefined;
  /** The default content type is `application/json` for a JSON document, and `text/event-stream` for any other body. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds until the response head is sent; `Infinity` for a server that never answers. Default 0. */
  readonly headAfter?: number | undefined;
  /**
   * An Observable of pieces, subscribed after the head, whose error breaks the connection; one piece or a list of pieces,
   * sent at once; or an object, sent as a JSON document.
   */
  readonly body?: FakePiece | readonly FakePiece[] | Observable<FakePiece> | undefined;
  /**
   * Whether to send `[DONE]` at the end of the body. By default it is sent if the last piece is an event and each choice has
   * had a finish reason, so that chunks without one are a cut answer.
   */
  readonly done?: boolean | undefined;
  /** Byte offsets at which to split the body, or `'every-byte'`. */
  readonly cutAt?: readonly number[] | 'every-byte' | undefined;
  /** Breaks the connection after this many bytes of the body. */
  readonly breakAt?: number | undefined;
}

/** @throws TypeError with the invalid field of an answer; `place` is where the answer stands in the script. */
export function checkAnswer(answer: FakeAnswer, place: string): void {
  check(isObject(answer), place, 'an answer such as { status, headers, body }, or an Observable of events', answer);
  checkFields(answer, ['status', 'headers', 'headAfter', 'body', 'done', 'cutAt', 'breakAt'], place);
  const { status = 200, headers = {}, headAfter = 0, body = '', done = true, cutAt = [], breakAt = 0 } = answer;
  const isStatus = Number.isInteger(status) && status >= 200 && status <= 599;
  check(isStatus, `${place}.status`, 'a whole number from 200 to 599', status);
  const areHeaders = isObject(headers) && Object.values(headers).every((value) => typeof value === 'string');
  check(areHeaders, `${place}.headers`, 'an object of strings', headers);
  check(headAfter >= 0, `${place}.headAfter`, 'a number of milliseconds, 0 or more, or Infinity', headAfter);
  const pieces = Array.isArray(body) ? (body as readonly unknown[]) : [body];
  const arePieces = pieces.every((piece) => typeof piece === 'string' || isObject(piece));
  check(arePieces, `${place}.body`, 'an Observable, a list of pieces, a string, bytes or an object', body);
  check(typeof done === 'boolean', `${place}.done`, 'true or false', done);
  const areOffsets = cutAt === 'every-byte' || (Array.isArray(cutAt) && cutAt.every(isOffset));
  check(areOffsets, `${place}.cutAt`, "a list of whole numbers, 0 or more, or 'every-byte'", cutAt);
  check(isOffset(breakAt), `${place}.breakAt`, 'a whole number of bytes, 0 or more', breakAt);
}

/** Turns an answer into the events of an exchange. */
export function toExchange(answer: FakeAnswer, scheduler: SchedulerLike): Observable<TransportEvent> {
  const { headAfter = 0, cutAt, breakAt } = answer;
  const wait = headAfter === Infinity ? NEVER : headAfter === 0 ? EMPTY : timer(headAfter, scheduler);
  return concat(
    wait.pipe(ignoreElements()),
    defer(() => of(headOf(answer))),
    bytesOf(answer).pipe(
      cutAt === undefined ? identity : cutBytes(cutAt),
      breakAt === undefined ? identity : breakAfter(breakAt),
      map((bytes) => ({ type: 'data', bytes }) as const),
    ),
  );
}

function headOf({ status = 200, headers = {}, body }: FakeAnswer): TransportEvent {
  const all = new Headers({ 'content-type': isDocument(body) ? 'application/json' : 'text/event-stream' });
  Object.entries(headers).forEach(([name, value]) => {
    all.set(name, value);
  });
  return { type: 'head', status, headers: all };
}

function bytesOf({ body = [], done }: FakeAnswer): Observable<Uint8Array> {
  return defer(() => {
    const encoder = new TextEncoder();
    if (isDocument(body)) {
      return of(encoder.encode(JSON.stringify(body)));
    }
    let endsWithEvent = false;
    const finished = new Map<unknown, boolean>();
    const isWhole = (): boolean => finished.size > 0 && ![...finished.values()].includes(false);
    const end = defer(() => (endsWithEvent && (done ?? isWhole()) ? of(formatEvent({ data: '[DONE]' })) : EMPTY));
    const pieces = piecesOf(body).pipe(
      tap((piece) => {
        endsWithEvent = isEvent(piece);
        for (const { index, finish_reason } of choicesIn(piece)) {
          finished.set(index, finished.get(index) === true || Boolean(finish_reason));
        }
      }),
      map((piece) => (isEvent(piece) ? formatPiece(piece) : piece)),
    );
    return concat(pieces, end).pipe(map((piece) => (typeof piece === 'string' ? encoder.encode(piece) : piece)));
  });
}

function piecesOf(body: NonNullable<FakeAnswer['body']>): Observable<FakePiece> {
  if (isObservable(body)) {
    return body;
  }
  return from(Array.isArray(body) ? (body as readonly FakePiece[]) : [body as FakePiece]);
}

/** Splits a stream of bytes at offsets counted from its start, or after every byte. */
function cutBytes(cutAt: readonly number[] | 'every-byte'): MonoTypeOperatorFunction<Uint8Array> {
  return (source) =>
    defer(() => {
      let position = 0;
      return source.pipe(
        mergeMap((bytes) => {
          const start = position;
          position += bytes.length;
          const offsets = cutAt === 'every-byte' ? bytes.keys() : cutAt.map((offset) => offset - start);
          const inside = [...offsets].filter((offset) => offset > 0 && offset < bytes.length);
          const cuts = [0, ...inside.sort((one, other) => one - other), bytes.length];
          return from(cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end)));
        }),
      );
    });
}

/** Passes on this many bytes, then errors as if the connection were reset. */
function breakAfter(length: number): MonoTypeOperatorFunction<Uint8Array> {
  const broken = throwError(() => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
  return (source) =>
    defer(() => {
      let left = length;
      return left === 0
        ? broken
        : source.pipe(
            mergeMap((bytes) => {
              const passed = bytes.subarray(0, left);
              left -= passed.length;
              return left === 0 ? concat(of(passed), broken) : of(passed);
            }),
          );
    });
}

/** Whether a body is sent as a JSON document. */
function isDocument(body: FakeAnswer['body']): boolean {
  return isObject(body) && !isObservable(body) && !isBytes(body);
}

/** Whether a piece is sent as a server-sent event. */
function isEvent(piece: FakePiece): piece is Exclude<FakePiece, string | Uint8Array> {
  return typeof piece !== 'string' && !isBytes(piece);
}

/** Names the events of a response as servers do; chunks have no type. */
function formatPiece(piece: { readonly type?: unknown }): string {
  const { type } = piece;
  return formatEvent({ ...(typeof type === 'string' ? { event: type } : {}), data: JSON.stringify(piece) });
}

function choicesIn(piece: FakePiece): readonly Readonly<Record<string, unknown>>[] {
  const { choices } = piece as { readonly choices?: unknown };
  return Array.isArray(choices) ? choices.filter(isObject) : [];
}

/** `instanceof` is false for bytes of another realm, such as those of Node inside jest. */
function isBytes(piece: unknown): boolean {
  return Object.prototype.toString.call(piece) === '[object Uint8Array]';
}

function isOffset(offset: unknown): boolean {
  return Number.isSafeInteger(offset) && (offset as number) >= 0;
}
