import type { SchedulerLike } from 'rxjs';
import type { ApiError } from '../../errors/api-error.js';
import { isLlmError } from '../../errors/llm-error.js';
import { parseRetryAfter } from '../../errors/response-headers.js';
import type { TransportEvent, TransportRequest } from '../../transport/transport.js';
import type { CassetteEnd, CassetteExchange, CassetteResponse } from './cassette.js';
import { toContent } from './pieces.js';
import { recordHeaders } from './record-headers.js';
import { toRecordedError } from './recorded-error.js';
import { toRecordedBody, toRecordedRequest } from './recorded-request.js';
import type { Secrets } from './cassette-secrets.js';

/** Records one exchange while it runs. */
interface ExchangeRecorder {
  readonly add: (event: TransportEvent) => void;
  readonly complete: () => CassetteExchange;
  readonly abort: () => CassetteExchange;
  readonly fail: (error: unknown) => CassetteExchange;
}

interface TimedBytes {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** Creates a recorder of an exchange that starts now. */
export function createExchangeRecorder(
  request: TransportRequest,
  secrets: Secrets,
  scheduler: SchedulerLike,
): ExchangeRecorder {
  const started = scheduler.now();
  const pieces: TimedBytes[] = [];
  let head: Omit<CassetteResponse, 'body'> | undefined;
  let latest = 0;
  // The system clock may be set back.
  const time = (): number => (latest = Math.max(latest, scheduler.now() - started));
  secrets.learn(request, toRecordedBody(request.body).json);

  const finish = (
    end: CassetteEnd,
    response = head && { ...head, body: recordBody(pieces, secrets) },
  ): CassetteExchange => ({
    request: toRecordedRequest(request, secrets),
    ...(response === undefined ? {} : { response }),
    end,
  });
  return {
    add: (event) => {
      if (event.type === 'head') {
        const { status, headers } = event;
        head = { at: time(), status, headers: recordHeaders(headers, scheduler.now(), secrets) };
      } else {
        // Copied, because the transport or an interceptor may change the bytes later.
        pieces.push({ at: time(), bytes: new Uint8Array(event.bytes) });
      }
    },
    complete: () => finish({ type: 'complete', at: time() }),
    abort: () => finish({ type: 'abort', at: time() }),
    fail: (error) => {
      const at = time();
      return isApiError(error) && head === undefined
        ? finish({ type: 'complete', at }, toErrorResponse(error, at, scheduler.now(), secrets))
        : finish({ type: 'error', at, error: toRecordedError(error, secrets.removeFromText) });
    },
  };
}

/** Not `instanceof`, because the error may come from another copy of the package. */
function isApiError(error: unknown): error is ApiError {
  return isLlmError(error) && 'status' in error;
}

function recordBody(pieces: readonly TimedBytes[], secrets: Secrets): CassetteResponse['body'] {
  const clean = secrets.removeFromPieces(pieces.map(({ bytes }) => bytes));
  return pieces.map(({ at }, index) => ({ at, ...toContent(clean[index] ?? new Uint8Array()) }));
}

/**
 * Reconstructs the response of an `ApiError`, since an interceptor never sees the response itself. A client that reads it
 * raises an equal error.
 *
 * @param at Milliseconds since the request.
 * @param now Milliseconds since the epoch.
 */
function toErrorResponse(error: ApiError, at: number, now: number, secrets: Secrets): CassetteResponse {
  const { status, kind, code, type, param, retryAfter, requestId } = error;
  const headers = recordHeaders(new Headers(error.headers), now, secrets);
  const isInHeaders = parseRetryAfter(new Headers(error.headers), now) === retryAfter;
  const prefix = `${status} `;
  const message = error.message.startsWith(prefix) ? error.message.slice(prefix.length) : error.message;
  // Neither status nor code distinguishes a daily quota from a rate limit, but this detail does.
  const details = kind === 'quota' && status === 429 ? [{ violations: [{ quotaId: 'PerDay' }] }] : undefined;
  const body = { error: secrets.removeFromJson({ message, type, code, param, details }) };
  return {
    at,
    status,
    headers: {
      ...headers,
      ...(retryAfter === undefined || isInHeaders ? {} : { 'retry-after-ms': String(retryAfter) }),
      ...(requestId === undefined || Object.values(error.headers).includes(requestId)
        ? {}
        : { 'x-request-id': secrets.removeFromText(requestId) }),
    },
    body: [{ at, text: JSON.stringify(body) }],
  };
}
