import { firstValueFrom, from, type Observable, type ObservableInput } from 'rxjs';
import { throwIfAborted } from '../../operators/throw-if-aborted.js';
import { isObject } from '../../util/is-object.js';
import { isWebResponse, Refusal } from './refusal.js';
import type { Authorization, RelaySession, RelaySettings } from './relay-config.js';

const shape = "authorize must give { user: 'id' } with a text that is not empty, a Response that refuses, or nothing";

/**
 * Asks who sent a request. A `Response` of `authorize` refuses it.
 *
 * @throws {Refusal} 401 if that is nobody.
 * @throws TypeError if `authorize` gives something else.
 */
export async function sessionOf(request: Request, { authorize }: RelaySettings): Promise<RelaySession | Response> {
  const given = authorize(request);
  const session: unknown = isSettled(given)
    ? given
    : await firstValueFrom(toSource(given).pipe(throwIfAborted(request.signal)), { defaultValue: undefined });
  if (session === undefined || session === null) {
    throw new Refusal(401, 'Nobody is signed in', { kind: 'authentication', code: 'unauthorized' });
  }
  if (isWebResponse(session)) {
    return session;
  }
  if (!isObject(session) || typeof session['user'] !== 'string' || session['user'] === '') {
    throw new TypeError(shape);
  }
  return session as object as RelaySession;
}

function isSettled(
  given: Authorization<RelaySession> | ObservableInput<unknown>,
): given is Authorization<RelaySession> {
  return given === undefined || given === null || isWebResponse(given) || 'user' in Object(given);
}

function toSource(given: ObservableInput<unknown>): Observable<unknown> {
  try {
    return from(given);
  } catch {
    throw new TypeError(shape);
  }
}
