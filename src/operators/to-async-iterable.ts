import { Subject, takeUntil, tap, type Observable } from 'rxjs';
import { LimitError } from '../errors/limit-error.js';
import { check, checkConfig, checkCount } from '../util/check.js';
import { Queue } from '../util/queue.js';

/** Configuration of {@link toAsyncIterable}. */
export interface AsyncIterableConfig<T> {
  /** How many values the buffer holds: a whole number above 0, or `Infinity`. Default 65,536. */
  readonly bufferSize?: number | undefined;
  /**
   * What happens to a value when the buffer is full. `'error'`, the default, unsubscribes from the source; the iteration
   * fails with a `LimitError` after the buffered values. `'drop-oldest'` drops the oldest buffered value. A function joins
   * the newest buffered value with the next one, which loses nothing: for text, `(a, b) => a + b`.
   */
  readonly overflow?: ('error' | 'drop-oldest' | ((pending: T, value: T) => T)) | undefined;
}

/**
 * Converts an Observable for `for await`. Each loop has its own subscription: it subscribes when it requests its first
 * value, and unsubscribes when it is left.
 *
 * Values are buffered until the loop requests them. The source is not slowed down, so the buffer is limited, and
 * `overflow` decides what happens when it is full. Completion ends the loop, and an error is thrown into it, both after
 * the buffered values.
 *
 * @throws TypeError if `config` is invalid.
 * @see rxjs `lastValueFrom` and `firstValueFrom` for one value.
 */
export function toAsyncIterable<T>(source: Observable<T>, config: AsyncIterableConfig<T> = {}): AsyncIterable<T> {
  checkConfig('toAsyncIterable', config, ['bufferSize', 'overflow']);
  const { bufferSize = 65_536, overflow = 'error' } = config;
  checkCount('bufferSize', bufferSize, 1);
  check(
    overflow === 'error' || overflow === 'drop-oldest' || typeof overflow === 'function',
    'overflow',
    "'error', 'drop-oldest' or a function",
    overflow,
  );
  return { [Symbol.asyncIterator]: () => iterate(source, bufferSize, overflow) };
}

interface Reader<T> {
  readonly resolve: (result: IteratorResult<T>) => void;
  readonly reject: (error: unknown) => void;
}

function iterate<T>(
  source: Observable<T>,
  bufferSize: number,
  overflow: NonNullable<AsyncIterableConfig<T>['overflow']>,
): AsyncIterableIterator<T> {
  const values = new Queue<T>();
  const readers = new Queue<Reader<T>>();
  const left = new Subject<void>();
  let subscribed = false;
  let ended = false;
  let failure: { readonly error: unknown } | undefined;

  const serve = (): void => {
    while (values.size > 0 || ended) {
      const reader = readers.shift();
      if (!reader) {
        return;
      }
      if (values.size > 0) {
        reader.resolve({ value: values.shift() as T, done: false });
      } else if (failure) {
        reader.reject(failure.error);
        failure = undefined;
      } else {
        reader.resolve({ value: undefined, done: true });
      }
    }
  };
  const accept = (value: T): void => {
    if (values.size < bufferSize) {
      values.push(value);
    } else if (overflow === 'error') {
      throw new LimitError('bufferSize', bufferSize);
    } else if (overflow === 'drop-oldest') {
      values.shift();
      values.push(value);
    } else {
      values.replaceNewest((pending) => overflow(pending, value));
    }
    serve();
  };
  const end = (): void => {
    ended = true;
    serve();
  };
  const fail = (error: unknown): void => {
    failure = { error };
    end();
  };
  const leave = (): void => {
    values.clear();
    failure = undefined;
    end();
    left.next();
  };

  return {
    next() {
      return new Promise((resolve, reject) => {
        readers.push({ resolve, reject });
        serve();
        if (!subscribed && !ended) {
          subscribed = true;
          // What `accept` throws becomes an error here, and ends a synchronous source at once.
          source.pipe(tap(accept), takeUntil(left)).subscribe({ error: fail, complete: end });
        }
      });
    },
    return(value?: unknown) {
      leave();
      return Promise.resolve({ value, done: true });
    },
    throw(error?: unknown) {
      leave();
      failure = { error };
      return this.next();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
