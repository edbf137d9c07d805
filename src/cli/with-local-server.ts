import { defer, finalize, from, mergeMap, noop, type Observable, switchMap } from 'rxjs';
import { type LocalServer, type LocalServerConfig, startLocalServer } from '../local/index.js';

/** Starts a server inside this process for what uses it, and closes it in the end, also when it is unsubscribed. */
export function withLocalServer<T>(
  config: LocalServerConfig,
  use: (server: LocalServer) => Observable<T>,
): Observable<T> {
  return defer(() => {
    const started = from(startLocalServer(config));
    // Also when it has not yet started; that it could not start was said.
    const close = (): void => {
      started.pipe(mergeMap((server) => server.close())).subscribe({ error: noop });
    };
    return started.pipe(switchMap(use), finalize(close));
  });
}
