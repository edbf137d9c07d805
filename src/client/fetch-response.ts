import type { Observable } from 'rxjs';
import { errorFrame } from '../answers/event-data.js';
import { absent, count, misfit, object, type Read, word } from '../answers/read-fields.js';
import type { DeletedResponse, ResponseObject } from '../schemas/response-object.js';
import { isObject } from '../util/is-object.js';
import { type AnswerReader, fetchAnswer } from './fetch-answer.js';
import type { Settings } from './settings.js';

/** Creates the cold Observable of a response as the server has it now. */
export function retrieveResponse(id: string, settings: Settings): Observable<ResponseObject> {
  const path = responsePath(id);
  return fetchAnswer({ operation: 'responses.retrieve', method: 'GET', path }, response, settings);
}

/** Creates the cold Observable that stops a background response, and emits it. */
export function cancelResponse(id: string, settings: Settings): Observable<ResponseObject> {
  const path = `${responsePath(id)}/cancel`;
  return fetchAnswer({ operation: 'responses.cancel', method: 'POST', path }, response, settings);
}

/** Creates the cold Observable that deletes a response, and emits the server's answer. */
export function deleteResponse(id: string, settings: Settings): Observable<DeletedResponse> {
  const path = responsePath(id);
  return fetchAnswer({ operation: 'responses.delete', method: 'DELETE', path }, deletion, settings);
}

/** Returns the path of a response below the base URL. Whatever the id holds, the path stays below `/responses/`. */
export function responsePath(id: string): string {
  const encoded = encodeURIComponent(id.replace(/[\ud800-\udfff]/gu, '\ufffd'));
  // A URL treats `%2E` like a dot, so that a path of dots must be encoded twice.
  return `/responses/${/^\.\.?$/u.test(encoded) ? encoded.replace(/\./gu, '%252E') : encoded}`;
}

const usage = object({ input_tokens: count, output_tokens: count, total_tokens: count }, absent);
const fields: Read = (value) => (isObject(value) ? value : undefined);
const readFields = object(
  {
    object: word,
    created_at: count,
    status: word,
    error: fields,
    incomplete_details: fields,
    model: word,
    output: (value) => (Array.isArray(value) ? (value as unknown[]).filter(isObject) : undefined),
    usage,
    background: (value) => (typeof value === 'boolean' ? value : undefined),
  },
  misfit,
);

const response: AnswerReader<ResponseObject> = {
  expected: 'a response',
  read: (document) => [
    (hasId(document) && !isOther(document) ? readFields(document) : misfit(document)) as ResponseObject,
  ],
  // A response that failed tells its error in the same field as an answer that is one.
  errorIn: (document) => (isResponse(document) ? undefined : errorFrame(document)),
};

const deletion: AnswerReader<DeletedResponse> = {
  expected: 'what it deleted',
  read: (document) =>
    hasId(document) && typeof document['deleted'] === 'boolean'
      ? [object({ object: word }, misfit)(document) as DeletedResponse]
      : [misfit(document) as never],
};

function hasId(document: unknown): document is Record<string, unknown> {
  return isObject(document) && typeof document['id'] === 'string';
}

/** Whether an object says that it is of another kind, such as a chat completion. */
function isOther({ object: kind }: Record<string, unknown>): boolean {
  return typeof kind === 'string' && kind !== 'response';
}

function isResponse(document: unknown): boolean {
  return hasId(document) && (document['object'] === 'response' || typeof document['status'] === 'string');
}
