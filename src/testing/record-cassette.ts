import { asyncScheduler, BehaviorSubject, defer, first, map, type Observable, type SchedulerLike, tap } from 'rxjs';
import { check, checkConfig, checkScheduler } from '../util/check.js';
import type { Interceptor } from '../transport/transport.js';
import type { Cassette, CassetteExchange } from './cassette.js';
import { writeCassette } from './cassettes/cassette-file.js';
import { createExchangeRecorder } from './cassettes/exchange-recorder.js';
import { createSecrets } from './cassettes/cassette-secrets.js';

/** Where and how exchanges are recorded. */
export interface RecordCassetteConfig {
  /**
   * The file to write, made with its folder and written anew by each recorder. Default none: take the data from
   * {@link CassetteRecorder.cassette}.
   */
  readonly file?: string | URL | undefined;
  /**
   * Texts of 4 characters or more that must not be recorded, wherever they stand: the client's key, which no interceptor
   * sees, in case a server repeats it. Default none.
   */
  readonly secrets?: readonly string[] | undefined;
  /** The clock. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/** An interceptor that records what passes through it. */
export interface CassetteRecorder extends Interceptor {
  /**
   * Emits what has been recorded as soon as no exchange is going on any more, and completes. An answer's last bytes may
   * come just after its text has completed, so wait for this before reading the file. Errors when the file could not be
   * written.
   */
  readonly cassette: Observable<Cassette>;
}

/**
 * Creates an interceptor that records exchanges with their timing: request, answer in the pieces in which it came, and
 * end, which may be an error or that it was unsubscribed. List it last, nearest to the network: then each attempt of an
 * interceptor that retries is an exchange of its own.
 *
 * The file is readable JSON, written whenever an exchange is over. Prompts and answers are in it; what is secret is not:
 *
 * - Of the headers only those are kept that are known to be harmless.
 * - Query parameters are left out whose name says that they are secret, such as `key`, `sig` and `code`.
 * - Addresses and bodies lose what stands in `secrets`, what such headers, parameters and fields of requests so far held,
 *   and what has the shape of an organisation's id or of a well-known provider's key. An answer loses it also where its
 *   events tell it in parts, and then its log probabilities, which would spell it once more.
 *
 * A key of another shape that neither stands in `secrets` nor was seen in a request cannot be known, and is recorded if a
 * server tells it. The client's own key is added to requests behind the interceptors, so name it in `secrets`. Only a part
 * of a secret, such as its beginning in an answer that was unsubscribed meanwhile, is recorded too.
 *
 * Events, errors and completion pass through unchanged. A file that cannot be written fails the stream, the first time
 * before anything is sent.
 *
 * ```ts
 * const recorder = recordCassette({ file: 'cassettes/hello.json' });
 * const client = createClient({ interceptors: [recorder] });
 * ```
 *
 * @throws TypeError for a field of `config` that is not what {@link RecordCassetteConfig} allows.
 * @see {@link replayCassette}
 */
export function recordCassette(config: RecordCassetteConfig = {}): CassetteRecorder {
  checkConfig('recordCassette', config, ['file', 'secrets', 'scheduler']);
  const { file, secrets: values = [], scheduler = asyncScheduler } = config;
  check(file === undefined || file instanceof URL || isText(file), 'file', 'a path or a file URL', file);
  check(
    Array.isArray(values) && values.every(isSecret),
    'secrets',
    'an array of texts of 4 characters or more',
    values,
  );
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
              // Nobody listens any more; whoever asks for the cassette is told.
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

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isSecret(value: unknown): boolean {
  return typeof value === 'string' && value.length >= 4;
}
