import { catchError, defer, finalize, from, map, type Observable, switchMap, throwError } from 'rxjs';
import type { RedisClient } from '../../redis/index.js';
import { CliError } from '../errors.js';
import { writeLine } from '../terminal/output.js';
import { oneLine } from '../terminal/text.js';

/** A connected client of the package `redis`. */
export interface ConnectedRedis extends RedisClient {
  destroy(): void;
}

/** A client that connects. */
interface ConnectingRedis extends ConnectedRedis {
  connect(): Promise<unknown>;
  on(event: string, listener: (error: unknown) => void): unknown;
}

/** The longest pause between two attempts to connect again, in milliseconds. */
const maxPause = 2000;

/**
 * Connects to Redis, and emits the client. A connection that is lost later is made again, which is told on stderr.
 * Unsubscribing ends the attempt to connect; a client that was emitted stays connected.
 *
 * Errors with a {@link CliError} if the package is not installed, or Redis cannot be reached.
 */
export function connectRedis(url: string, stderr: NodeJS.WriteStream): Observable<ConnectedRedis> {
  return defer(() => import('redis')).pipe(
    catchError(() =>
      throwError(
        () =>
          new CliError(
            '--redis needs the package redis, which is not installed here. Install it where rxllm is installed: npm install redis.',
          ),
      ),
    ),
    switchMap(({ createClient }) => {
      let isConnected = false;
      let isLost = false;
      const reconnectStrategy = (attempt: number): number | false =>
        isConnected && Math.min(50 * 2 ** attempt, maxPause);
      const client = createClient({ url, socket: { reconnectStrategy } }) as ConnectingRedis;
      client.on('error', (error) => {
        if (isConnected && !isLost) {
          isLost = true;
          writeLine(stderr, `The connection to ${describe(url, error)} is lost; connecting again.`, 'dim');
        }
      });
      client.on('ready', () => {
        if (isLost) {
          isLost = false;
          writeLine(stderr, 'Redis is connected again.', 'dim');
        }
      });
      return from(client.connect()).pipe(
        map(() => {
          isConnected = true;
          return client;
        }),
        catchError((error: unknown) =>
          throwError(
            () => new CliError(`Cannot connect to ${describe(url, error)}. Check --redis, and that Redis is running.`),
          ),
        ),
        finalize(() => {
          if (!isConnected && client.isOpen) {
            client.destroy();
          }
        }),
      );
    }),
  );
}

/** Names the server, without a password, and what went wrong. */
function describe(url: string, error: unknown): string {
  const { host, password } = new URL(url);
  const { message, code } = error as { readonly message: string; readonly code?: string };
  const reason = oneLine(message || (code ?? 'unknown error'));
  return `Redis at ${host} (${password === '' ? reason : reason.replaceAll(decodeURIComponent(password), '…')})`;
}
