import { createHash } from 'node:crypto';
import { defer, type Observable, retry, type SchedulerLike, throwError, timeout, timer } from 'rxjs';
import type { RedisClient, RedisScriptOptions } from './redis-client.js';

/** A script, and what it is run with. */
export interface ScriptCall {
  readonly client: RedisClient;
  readonly script: string;
  readonly keys: readonly string[];
  readonly values: readonly (string | number)[];
  /** For how many milliseconds Redis may be unreachable. */
  readonly patience: number;
  readonly scheduler: SchedulerLike;
}

const retryDelay = 100;

/** The scripts that each client has sent, and their hashes. */
const hashesOf = new WeakMap<RedisClient, Map<string, string>>();

/**
 * Runs a script and emits its reply. It is run again while the connection is broken, so running it twice must do no more than
 * running it once. Errors with the reply if that is an error, and with the last failure if the client is closed or there is no reply in time.
 */
export function runScript({ client, script, keys, values, patience, scheduler }: ScriptCall): Observable<unknown> {
  return defer(() => {
    let reason: unknown = new Error(`Redis has not answered for ${patience} ms`);
    const options = { keys: [...keys], arguments: values.map(String) };
    return defer(() => evaluate(client, script, options)).pipe(
      retry({
        delay: (failure: unknown) => {
          reason = failure;
          return client.isOpen && passes(failure) ? timer(retryDelay, scheduler) : throwError(() => failure);
        },
      }),
      timeout({ first: patience, scheduler, with: () => throwError(() => reason) }),
    );
  });
}

/** Whether a reply is an error with this code, the first word of its message. Redis 6 puts words before those of a script. */
export function hasCode(failure: unknown, code: string): boolean {
  return (
    failure instanceof Error && failure.message.replace(/^ERR Error running script .*?: -/su, '').startsWith(`${code} `)
  );
}

/** The first run of a client sends the script; from then on its hash is enough, unless Redis was started again. */
async function evaluate(client: RedisClient, script: string, options: RedisScriptOptions): Promise<unknown> {
  const hashes = hashesOf.get(client) ?? new Map<string, string>();
  hashesOf.set(client, hashes);
  const hash = hashes.get(script);
  if (hash === undefined) {
    hashes.set(script, createHash('sha1').update(script).digest('hex'));
    return client.eval(script, options);
  }
  try {
    return await client.evalSha(hash, options);
  } catch (failure) {
    if (!hasCode(failure, 'NOSCRIPT')) {
      throw failure;
    }
    return client.eval(script, options);
  }
}

/** A server that starts, and one that has become a replica, refuse commands for a while; a broken connection is no reply. */
function passes(failure: unknown): boolean {
  const isReply = failure instanceof Error && /^[A-Z]{2,} /u.test(failure.message);
  return !isReply || ['LOADING', 'READONLY', 'CLUSTERDOWN'].some((code) => hasCode(failure, code));
}
