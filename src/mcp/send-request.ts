import { from, type Observable, takeLast, tap } from 'rxjs';
import { fieldOf } from '../util/field-of.js';
import { perSubscription } from '../util/operate.js';

/** The code of the SDK's error for a connection that closed. */
const closed = -32_000;

/** Sends a request on subscribe, and emits its answer. Unsubscribing before the answer aborts the signal. */
export function sendRequest<T>(send: (signal: AbortSignal) => Promise<T>): Observable<T> {
  return perSubscription(() => {
    const controller = new AbortController();
    return from(send(controller.signal)).pipe(
      tap({
        unsubscribe: () => controller.abort(),
        // When the server dies, SDK 1.22 keeps the timer of the request, which holds the process; aborting clears it.
        error: (reason: unknown) => fieldOf(reason, 'code') === closed && controller.abort(),
      }),
      // Emits after the promise's Observable has completed: the SDK would cancel an answered request, too.
      takeLast(1),
    );
  });
}
