import type { SchedulerLike } from 'rxjs';
import type { ApiError } from '../../errors/api-error.js';
import { isLlmError } from '../../errors/llm-error.js';
import type { TransportEvent, TransportRequest } from '../../transport/transport.js';
import type { CassetteEnd, CassetteExchange, CassetteResponse } from '../cassette.js';
import { toContent } from './pieces.js';
import { recordHeaders } from './record-headers.js';
import { toRecordedError } from './recorded-error.js';
import { contentOf, toRecordedRequest } from './recorded-request.js';
import { toRefusedResponse } from './refused-response.js';
import type { Secrets } from './cassette-secrets.js';

/** Records one exchange while it happens. */
export interface ExchangeRecorder {
  readonly add: (event: TransportEvent) => void;
  readonly complete: () => CassetteExchange;
  readonly abort: () => CassetteExchange;
  readonly fail: (error: unknown) => CassetteExchange;
}

/** A recorder of an exchange that begins now. */
export function createExchangeRecorder(
  request: TransportRequest,
  secrets: Secrets,
  scheduler: SchedulerLike,
): ExchangeRecorder {
  const started = scheduler.now();
  const pieces: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  let head: Omit<CassetteResponse, 'body'> | undefined;
  let latest = 0;
  // The clock of a machine may be set back.
  const time = (): number => (latest = Math.max(latest, scheduler.now() - started));
  secrets.learn(request, contentOf(request.body).json);

  const finish = (
    end: CassetteEnd,
    response = head && { ...head, body: bodyOf(pieces, secrets) },
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
        // A copy: the bytes belong to the transport and to whoever comes after us.
        pieces.push({ at: time(), bytes: new Uint8Array(event.bytes) });
      }
    },
    complete: () => finish({ type: 'complete', at: time() }),
    abort: () => finish({ type: 'abort', at: time() }),
    fail: (error) => {
      const at = time();
      return isApiError(error) && head === undefined
        ? finish({ type: 'complete', at }, toRefusedResponse(error, at, scheduler.now(), secrets))
        : finish({ type: 'error', at, error: toRecordedError(error, secrets.removeFromText) });
    },
  };
}

/** Also one of another installed copy of the package. */
function isApiError(error: unknown): error is ApiError {
  return isLlmError(error) && 'status' in error;
}

function bodyOf(
  pieces: readonly { readonly at: number; readonly bytes: Uint8Array }[],
  secrets: Secrets,
): CassetteResponse['body'] {
  const clean = secrets.removeFromPieces(pieces.map(({ bytes }) => bytes));
  return pieces.map(({ at }, index) => ({ at, ...toContent(clean[index] ?? new Uint8Array()) }));
}
