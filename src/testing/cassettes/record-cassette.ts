import { asyncScheduler, BehaviorSubject, defer, first, map, type Observable, type SchedulerLike, tap } from 'rxjs';
import { check, checkConfig, checkScheduler } from '../../util/check.js';
import type { Interceptor } from '../../transport/transport.js';
import type { Cassette, CassetteExchange } from './cassette.js';
import { writeCassette } from './cassette-file.js';
import { createExchangeRecorder } from './exchange-recorder.js';
import { createSecrets } from './cassette-secrets.js';

/** Options of {@link recordCassette}. */
export interface RecordCassetteConfig {
  /**
   * The file to write. Its folder is created if needed, and each recorder overwrites the file. Default: no file; read
   * {@link CassetteRecorder.cassette} instead.
   */
  readonly file?: string | URL | undefined;
  /**
   * Strings of 4 characters or more to remove wherever they occur. List the client's key here in case a server repeats it,
   * because interceptors never see it. Default none.
   */
  readonly secrets?: readonly string[] | undefined;
  /** The clock. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/** An interceptor that records the exchanges that pass through it. */
export interface CassetteRecorder extends Interceptor {
  /**
   * Emits the recorded exchanges once none is open, and completes. The last bytes of an answer may arrive just after its
   * text has completed, so wait for this before you read the file. Errors if the file could not be written.
   */
  readonly cassette: Observable<Cassette>;
}

/**
 * Creates an interceptor that records exchanges with their timing: the request, the response in the pieces in which it was
 * received, and its end, which may be an error or an unsubscribe. List it last, next to the network, so that each attempt
 * of an interceptor that retries is recorded as an exchange of its own.
 *
 * The file is readable JSON, and is written each time an exchange ends. It contains prompts and answers, but no secrets:
 *
 * - Only response headers known to be harmless are recorded.
 * - Query parameters whose names suggest a secret, such as `key`, `sig` and `code`, are left out.
 * - URLs and bodies are redacted: `secrets`, the values of secret headers, parameters and fields of the requests so far, and
 *   text in the form of an organization id or of a well-known provider's key. A secret spread over several deltas is redacted
 *   too, together with the log probabilities, which would spell it out.
 *
 * A key in another form that is neither in `secrets` nor in a request cannot be recognized, and is recorded if a server
 * repeats it. The client adds its own key after the interceptors, so list it in `secrets`. A part of a secret is recorded
 * too, such as its beginning in an answer that was unsubscribed halfway.
 *
 * Events, errors and completion pass through unchanged. If the file cannot be written, the stream errors: the first time
 * before the request is sent.
 *
 * ```ts
 * const recorder = recordCassette({ file: 'cassettes/hello.json' });
 * const client = createClient({ interceptors: [recorder] });
 * ```
 *
 * @throws TypeError if `config` has an invalid field.
 * @see {@link replayCassette}
 */
export function recordCassette(config: RecordCassetteConfig = {}): CassetteRecorder {
  checkConfig('recordCassette', config, ['file', 'secrets', 'scheduler']);
  const { file, secrets: values = [], scheduler = asyncScheduler } = config;
  check(file === undefined || file instanceof URL || isPath(file), 'file', 'a path or a file URL', file);
  const areSecrets = Array.isArray(values) && values.every(isSecret);
  check(areSecrets, 'secrets', 'an array of strings of 4 characters or more', values);
  checkScheduler(scheduler);

  const secrets = createSecrets(values);
  const exchanges: (CassetteExchange | undefined)[] = [];
  const running = new BehaviorSubject(0);
  let failure: { readonly error: unknown } | undefined;
  const recorded = (): Cassette => ({ version: 1, exchanges: exchanges.filter((exchange) => exchange !== undefined) });
  const save = (): void => {
    failure = undefined;
    try {
      if (file !== undefined) {
        writeCassette(file, recorded());
      }
    } catch (error) {
      failure = { error };
      throw error;
    }
  };

  const intercept: Interceptor = (request, next) =>
    defer(() => {
      if (exchanges.length === 0) {
        save();
      }
      const recorder = createExchangeRecorder(request, secrets, scheduler);
      const index = exchanges.push(undefined) - 1;
      running.next(running.value + 1);
      const keep = (finish: () => CassetteExchange): void => {
        try {
          exchanges[index] = finish();
          save();
        } finally {
          running.next(running.value - 1);
        }
      };
      return defer(() => next(request)).pipe(
        tap({
          next: recorder.add,
          error: (error: unknown) => keep(() => recorder.fail(error)),
          complete: () => keep(recorder.complete),
          unsubscribe: () => {
            try {
              keep(recorder.abort);
            } catch {
              // No one is subscribed any more; `cassette` reports the failure.
            }
          },
        }),
      );
    });
  const cassette = running.pipe(
    first((count) => count === 0),
    map(() => {
      if (failure !== undefined) {
        throw failure.error;
      }
      return recorded();
    }),
  );
  return Object.assign(intercept, { cassette });
}

function isPath(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isSecret(value: unknown): boolean {
  return typeof value === 'string' && value.length >= 4;
}
