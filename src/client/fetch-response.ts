import type { Observable } from 'rxjs';
import { errorFrame } from '../answers/event-data.js';
import { misfit, object, word } from '../answers/read-fields.js';
import { response } from '../responses/read-response.js';
import type { DeletedResponse, ResponseObject } from '../schemas/response-object.js';
import { isObject } from '../util/is-object.js';
import { type DocumentReader, fetchAnswer } from './fetch-answer.js';
import type { Settings } from './settings.js';

/** Creates the cold Observable of a response as the server has it now. */
export function retrieveResponse(id: string, settings: Settings): Observable<ResponseObject> {
  const path = responsePath(id);
  return fetchAnswer({ operation: 'responses.retrieve', method: 'GET', path }, stored, settings);
}

/** Creates the cold Observable that stops a background response, and emits it. */
export function cancelResponse(id: string, settings: Settings): Observable<ResponseObject> {
  const path = `${responsePath(id)}/cancel`;
  return fetchAnswer({ operation: 'responses.cancel', method: 'POST', path }, stored, settings);
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

const stored: DocumentReader<ResponseObject> = {
  expected: 'a response',
  read: (document) => [
    (hasId(document) && !isOther(document) ? response(document) : misfit(document)) as ResponseObject,
  ],
  // A response that failed tells its error in the same field as an answer that is one.
  errorIn: (document) => (isStored(document) ? undefined : errorFrame(document)),
};

const deletion: DocumentReader<DeletedResponse> = {
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

function isStored(document: unknown): boolean {
  return hasId(document) && (document['object'] === 'response' || typeof document['status'] === 'string');
}
