import { concat, defer, EMPTY, from, identity, ignoreElements, isObservable, map, NEVER, of, tap, timer } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import { formatEvent } from '../sse/format-event.js';
import type { TransportEvent } from '../transport/transport.js';
import { breakBytes, cutBytes } from './cut-bytes.js';
import { type FakeAnswer, type FakePiece, isDocument, isEvent } from './fake-answer.js';

/** Makes the exchange by which a fake server gives an answer. */
export function toExchange(answer: FakeAnswer, scheduler: SchedulerLike): Observable<TransportEvent> {
  const { headAfter = 0, cutAt, breakAt } = answer;
  const wait = headAfter === Infinity ? NEVER : headAfter === 0 ? EMPTY : timer(headAfter, scheduler);
  return concat(
    wait.pipe(ignoreElements()),
    defer(() => of(headOf(answer))),
    bytesOf(answer).pipe(
      cutAt === undefined ? identity : cutBytes(cutAt),
      breakAt === undefined ? identity : breakBytes(breakAt),
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

function bytesOf({ body = [], done = true }: FakeAnswer): Observable<Uint8Array> {
  return defer(() => {
    const encoder = new TextEncoder();
    if (isDocument(body)) {
      return of(encoder.encode(JSON.stringify(body)));
    }
    let endsWithEvent = false;
    const end = defer(() => (done && endsWithEvent ? of(formatEvent({ data: '[DONE]' })) : EMPTY));
    const pieces = piecesOf(body).pipe(
      tap((piece) => (endsWithEvent = isEvent(piece))),
      map((piece) => (isEvent(piece) ? formatEvent({ data: JSON.stringify(piece) }) : piece)),
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
