import { ProtocolError } from '../errors/protocol-error.js';
import { isObject } from '../util/is-object.js';
import { parseJson } from '../util/parse-json.js';
import { fieldOf } from '../util/field-of.js';

/** An event of a model server. */
export interface AnswerEvent {
  /** Its name; `message` if it has none. */
  readonly event: string;
  readonly data: string;
  readonly id: string;
  /** The parsed data, if it had to be parsed to judge the event. */
  readonly documents?: readonly unknown[];
}

/** A chunk, or an event of a response, that was read without parsing its event, since it differs from earlier ones in its text only. */
export interface ProvenChunk<Chunk> {
  readonly chunk: Chunk;
  /** The id of its event, if that has one of its own. */
  readonly id?: string | undefined;
}

/**
 * Returns the JSON documents of an event; an empty list for one that only keeps the connection alive.
 *
 * @param parser Its `toError` converts the data of an event named `error` that is not JSON.
 * @throws {ProtocolError} When the data is not JSON.
 */
export function documentsOf(
  { data, event, documents = parseEventData(data) }: AnswerEvent,
  parser: { toError(frame: unknown): Error },
): readonly unknown[] {
  // What would be idle elsewhere is an error that gives no reason.
  if (event === 'error' && !documents?.length) {
    throw parser.toError(data.trim() === 'null' ? undefined : data);
  }
  if (documents === undefined) {
    throw new ProtocolError('The server sent an event that is not JSON', { kind: 'parse' });
  }
  return documents;
}

/** Stands for the `[DONE]` that ends a chat or completions stream. */
export const done = Symbol('[DONE]');

/**
 * Parses the data of one event: usually one JSON document, or {@link done} for `[DONE]`. Servers that forget the empty
 * line between two events send several documents in one, each on its own line. An error that a gateway adds to an event it
 * had not finished is read all the same.
 *
 * @returns An empty list for data that only keeps the connection alive; `undefined` for data that is not JSON or is
 *   nested too deeply.
 */
export function parseEventData(data: string): readonly unknown[] | undefined {
  return readDocument(data) ?? (data.includes('\n') ? readLines(data.split('\n')) : undefined);
}

function readLines(lines: readonly string[]): readonly unknown[] | undefined {
  const documents: unknown[] = [];
  for (const line of lines) {
    const document = readDocument(line);
    if (document === undefined) {
      const last = readDocument(lines.at(-1) ?? '')?.filter((item) => errorFrame(item) !== undefined);
      return last?.length ? [...documents, ...last] : undefined;
    }
    documents.push(...document);
  }
  return documents;
}

function readDocument(text: string): readonly unknown[] | undefined {
  if (text.startsWith('{')) {
    return parse(text);
  }
  // Some relays wrap data once more. Some servers add white space to [DONE], and some send their keep-alive comments as data.
  const trimmed = text.replace(/^(?:\s*data:){1,8}/u, '').trim();
  if (/^(["']?)\[DONE\]\1$/u.test(trimmed)) {
    return [done];
  }
  return trimmed === '' || trimmed === 'null' || trimmed.startsWith(':') ? [] : parse(trimmed);
}

function parse(text: string): readonly unknown[] | undefined {
  const document = parseJson(text);
  return document === undefined ? undefined : [document];
}

/**
 * Returns the error in a JSON document, in any of the forms servers use, or `undefined` if it holds none. A null, empty
 * or missing `error` is normal in a chunk.
 *
 * @param event The name of the server-sent event that held the document.
 */
export function errorFrame(document: unknown, event = 'message'): unknown {
  // Google wraps errors in an array of one.
  const frame: unknown = Array.isArray(document) && document.length === 1 ? document[0] : document;
  if (event === 'error') {
    return frame;
  }
  if (!isObject(frame)) {
    return undefined;
  }
  const { error, object, type, message, detail, choices, x_groq: groq, base_resp: minimax } = frame;
  if (isError(error) || object === 'error' || type === 'error' || Number(fieldOf(minimax, 'status_code') ?? 0) > 0) {
    return frame;
  }
  if (isError(fieldOf(groq, 'error'))) {
    return groq;
  }
  if (choices === undefined) {
    return isError(message) || isError(detail) ? frame : undefined;
  }
  return Array.isArray(choices) ? (choices as unknown[]).find((item) => isError(fieldOf(item, 'error'))) : undefined;
}

function isError(value: unknown): boolean {
  return typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value);
}
