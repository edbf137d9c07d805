import { defer, from, map, type Observable, switchMap, catchError, throwError } from 'rxjs';
import type { RedisClient } from '../../redis/index.js';
import { CliError } from '../errors.js';
import { writeLine } from '../terminal/output.js';
import { oneLine } from '../terminal/text.js';

/** A connected client of the package `redis`. */
export interface ConnectedRedis extends RedisClient {
  destroy(): void;
}

/** What is used of the package `redis`, which the user installs. */
interface RedisPackage {
  readonly createClient: (options: object) => ConnectedRedis & {
    connect(): Promise<unknown>;
    on(event: string, listener: (error: unknown) => void): unknown;
  };
}

/** Not a literal, since the compiler finds no types where the package is not installed. */
const packageName = 'redis' as string;

/** The longest pause between two attempts to connect again, in milliseconds. */
const maxPause = 2000;

/**
 * Connects to Redis, and emits the client. A connection that is lost later is made again, which is told on stderr.
 *
 * Errors with a {@link CliError} if the package is not installed, or Redis cannot be reached.
 */
export function connectRedis(url: string, stderr: NodeJS.WriteStream): Observable<ConnectedRedis> {
  return loadRedis().pipe(
    switchMap(({ createClient }) => {
      let isConnected = false;
      let isLost = false;
      const reconnectStrategy = (attempt: number, cause: Error): number | Error =>
        isConnected ? Math.min(50 * 2 ** attempt, maxPause) : cause;
      const client = createClient({ url, socket: { reconnectStrategy } });
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
      );
    }),
  );
}

function loadRedis(): Observable<RedisPackage> {
  return defer((): Promise<RedisPackage> => import(packageName)).pipe(
    catchError(() =>
      throwError(
        () =>
          new CliError(
            '--redis needs the package redis, which is not installed here. Install it where rxllm is installed: npm install redis.',
          ),
      ),
    ),
  );
}

/** Names the server, without a password, and what went wrong. */
function describe(url: string, error: unknown): string {
  const { host, password } = new URL(url);
  const { message, code } = error as { readonly message: string; readonly code?: string };
  const reason = oneLine(message || (code ?? 'unknown error'));
  return `Redis at ${host} (${password === '' ? reason : reason.replaceAll(decodeURIComponent(password), '…')})`;
}
