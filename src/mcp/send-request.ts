import { from, type Observable, takeLast, tap } from 'rxjs';
import { perSubscription } from '../util/operate.js';

/** Sends a request on subscribe, and emits its answer. Unsubscribing before the answer aborts the signal. */
export function sendRequest<T>(send: (signal: AbortSignal) => Promise<T>): Observable<T> {
  return perSubscription(() => {
    const controller = new AbortController();
    return from(send(controller.signal)).pipe(
      tap({ unsubscribe: () => controller.abort() }),
      // Emits after the promise's Observable has completed: the SDK would cancel an answered request, too.
      takeLast(1),
    );
  });
}
