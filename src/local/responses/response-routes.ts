import { EMPTY, skip, type Observable } from 'rxjs';
import { pace } from '../answers/pace.js';
import type { Exchange, Handler } from '../http/exchange.js';
import { LocalError } from '../http/local-error.js';
import { sendFrames, sendJson, sendStreamHead, whenWritable } from '../http/send.js';
import type { StoredResponses } from './stored-responses.js';

/** Creates the handler of `GET /v1/responses/{id}`: sends a response as it is now, or with `stream=true` its events. */
export function sendResponse(stored: StoredResponses): Handler {
  return (exchange, id) => {
    const { frames, response } = stored.get(id);
    const { stream, after } = readQuery(exchange.request.url);
    if (!stream) {
      sendJson(exchange.response, response);
      return EMPTY;
    }
    if (frames === undefined) {
      throw new LocalError(
        400,
        "Only a response created with 'background': true and 'stream': true can be streamed again.",
        { param: 'stream' },
      );
    }
    return sendStoredFrames(exchange, frames, after);
  };
}

/** Creates the handler of `POST /v1/responses/{id}/cancel`. A response that has ended stays as it is. */
export function sendCancelled(stored: StoredResponses): Handler {
  return ({ response }, id) => {
    const found = stored.get(id);
    if (found.response.background !== true) {
      throw new LocalError(400, "Only a response created with 'background': true can be cancelled.", { param: 'id' });
    }
    found.cancel();
    sendJson(response, found.response);
    return EMPTY;
  };
}

/** Creates the handler of `DELETE /v1/responses/{id}`. */
export function sendDeleted(stored: StoredResponses): Handler {
  return ({ response }, id) => {
    stored.delete(id);
    sendJson(response, { id, object: 'response.deleted', deleted: true });
    return EMPTY;
  };
}

/**
 * Sends the stored frames of a stream, as fast as the reader takes them, and further ones as they come.
 *
 * @param after The number of the last event that the reader has.
 */
export function sendStoredFrames(exchange: Exchange, frames: Observable<string>, after = -1): Observable<unknown> {
  const { response, settings } = exchange;
  sendStreamHead(response);
  // The first frame may be long in coming.
  response.flushHeaders();
  const reading = pace<string>({
    tokensPerSecond: 0,
    burst: 64,
    writable: whenWritable(response),
    maxWaiting: Infinity,
    scheduler: settings.scheduler,
  });
  return sendFrames(exchange, frames.pipe(skip(after + 1), reading));
}

/** Reads `stream` and `starting_after`. Throws a `LocalError` 400 that names the first invalid one. */
function readQuery(url = ''): { readonly stream: boolean; readonly after: number | undefined } {
  const query = new URLSearchParams(url.split('?')[1]);
  const stream = query.get('stream') ?? 'false';
  if (!['true', 'false'].includes(stream)) {
    throw new LocalError(400, "'stream' must be true or false.", { param: 'stream', code: 'invalid_value' });
  }
  const after = query.get('starting_after') ?? undefined;
  if (after !== undefined && !/^\d{1,15}$/u.test(after)) {
    throw new LocalError(400, "'starting_after' must be the number of an event.", {
      param: 'starting_after',
      code: 'invalid_value',
    });
  }
  return { stream: stream === 'true', after: after === undefined ? undefined : Number(after) };
}
