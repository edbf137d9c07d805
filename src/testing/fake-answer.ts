import { isObservable, type Observable } from 'rxjs';
import { check } from '../util/check.js';

/** A piece of a body: texts and bytes as they are; any other object, such as a chunk, as a server-sent event of its JSON. */
export type FakePiece = string | Uint8Array | Readonly<Record<string, unknown>>;

/** What a fake server answers. Every field is optional: `{}` is an empty answer of status 200. */
export interface FakeAnswer {
  /** Default 200. */
  readonly status?: number | undefined;
  /** The content type is `application/json` for a JSON document and `text/event-stream` for any other body, if not given. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds until the head comes; `Infinity` for a server that never answers. Default 0. */
  readonly headAfter?: number | undefined;
  /**
   * An Observable of pieces, whose time begins with the head and whose error breaks the connection; a list of pieces, a text
   * or bytes, which come at once; or an object, which is sent as a JSON document.
   */
  readonly body?: FakePiece | readonly FakePiece[] | Observable<FakePiece> | undefined;
  /** Whether `[DONE]` follows a body whose last piece is an event. Default true. */
  readonly done?: boolean | undefined;
  /** Where the body is cut into pieces: offsets in bytes, or `'every-byte'`. */
  readonly cutAt?: readonly number[] | 'every-byte' | undefined;
  /** How many bytes of the body come before the connection breaks. */
  readonly breakAt?: number | undefined;
}

const fields = ['status', 'headers', 'headAfter', 'body', 'done', 'cutAt', 'breakAt'];

/** @throws TypeError naming the field of an answer, after the place where it stands, and what is allowed. */
export function checkAnswer(answer: FakeAnswer, place: string): void {
  check(isObject(answer), place, 'an answer such as { status, headers, body }, or an Observable of events', answer);
  const unknown = Object.keys(answer).find((key) => !fields.includes(key));
  if (unknown !== undefined) {
    throw new TypeError(`Unknown field "${unknown}" in ${place}; known: ${fields.join(', ')}`);
  }
  const { status = 200, headers = {}, headAfter = 0, body = '', done = true, cutAt = [], breakAt = 0 } = answer;
  const isStatus = Number.isInteger(status) && status >= 200 && status <= 599;
  check(isStatus, `${place}.status`, 'a whole number from 200 to 599', status);
  const areHeaders = isObject(headers) && Object.values(headers).every((value: unknown) => typeof value === 'string');
  check(areHeaders, `${place}.headers`, 'an object of strings', headers);
  check(headAfter >= 0, `${place}.headAfter`, 'a number of milliseconds, 0 or more, or Infinity', headAfter);
  const pieces = Array.isArray(body) ? (body as readonly unknown[]) : [body];
  check(pieces.every(isPiece), `${place}.body`, 'an Observable, a list of pieces, a text, bytes or an object', body);
  check(typeof done === 'boolean', `${place}.done`, 'true or false', done);
  const areOffsets = cutAt === 'every-byte' || (Array.isArray(cutAt) && cutAt.every(isOffset));
  check(areOffsets, `${place}.cutAt`, "a list of whole numbers, 0 or more, or 'every-byte'", cutAt);
  check(isOffset(breakAt), `${place}.breakAt`, 'a whole number of bytes, 0 or more', breakAt);
}

/** Whether a body is sent as a JSON document. */
export function isDocument(body: FakeAnswer['body']): boolean {
  return isObject(body) && !Array.isArray(body) && !isObservable(body) && !isBytes(body);
}

/** Whether a piece is sent as a server-sent event. */
export function isEvent(piece: FakePiece): piece is Readonly<Record<string, unknown>> {
  return typeof piece !== 'string' && !isBytes(piece);
}

function isBytes(piece: unknown): piece is Uint8Array {
  // Read without `instanceof`, which is false for bytes of another realm, such as Node's inside a test runner.
  return Object.prototype.toString.call(piece) === '[object Uint8Array]';
}

function isPiece(piece: unknown): boolean {
  return typeof piece === 'string' || isObject(piece);
}

function isOffset(offset: unknown): boolean {
  return Number.isSafeInteger(offset) && (offset as number) >= 0;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
