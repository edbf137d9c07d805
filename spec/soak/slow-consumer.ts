/*
 * Verifies that a slow consumer does not fill the memory: a million tokens arrive as fast as the network allows, and
 * `for await` takes one per millisecond. The buffer is bounded as its overflow rule says; without a bound it is not.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { finalize, tap } from 'rxjs';
import { type AsyncIterableConfig, createClient, LimitError, textDeltas, toAsyncIterable } from 'rxllm';
import { heldBytes, heldBytesNow, show, showBytes } from './support/figures.js';
import { countsOfServer, request, short, showProgress, urlOf, verify, within } from './support/measurement.js';
import { floodWords } from './support/scenarios.js';

const tokens = short ? 50_000 : 1_000_000;
const text = (tokens / floodWords.length) * floodWords.join('').length;
const bufferSize = 1000;
/** The maximum bytes for a full buffer, with room for what the network has just delivered. */
const maxBytes = 3e6;

/** What a consumer received of a stream. */
interface Consumed {
  /** The number of tokens that arrived, and of values taken. */
  readonly arrived: number;
  readonly taken: number;
  readonly text: number;
  readonly last: string;
  readonly error: unknown;
  /** The maximum of additionally held bytes. */
  readonly maxHeld: number;
}

// First without a bound, to show that the measurement would notice.
const unbounded = await consume({ bufferSize: Infinity });
verify(
  unbounded.taken === tokens && unbounded.maxHeld > maxBytes,
  `without a bound: ${figuresOf(unbounded)}, for comparison`,
);

const failed = await consume({ bufferSize });
const isCut = await within(1000, async () => (await countsOfServer()).cutRequests === 1);
verify(
  failed.error instanceof LimitError && failed.taken >= bufferSize && isCut && failed.maxHeld < maxBytes,
  `error: ${figuresOf(failed)}, then a LimitError, and the exchange was closed`,
);

const dropped = await consume({ bufferSize, overflow: 'drop-oldest' });
verify(
  dropped.error === undefined &&
    dropped.arrived === tokens &&
    dropped.last === floodWords.at(-1) &&
    dropped.maxHeld < maxBytes,
  `drop-oldest: ${figuresOf(dropped)}, among them the last token`,
);

const joined = await consume({ bufferSize: 1, overflow: (pending, value) => pending + value });
verify(
  joined.error === undefined && joined.arrived === tokens && joined.text === text && joined.maxHeld < maxBytes,
  `joining: ${figuresOf(joined)}, all ${show(text)} characters`,
);

async function consume(config: AsyncIterableConfig<string>): Promise<Consumed> {
  let arrived = 0;
  let maxHeld = 0;
  let isSlow = true;
  // The consumer is slow only until the stream has ended; the rest of the buffer is taken at once.
  const nextTurn = (): Promise<void> | undefined => (isSlow ? sleep(1) : undefined);
  const before = await heldBytes();
  const source = createClient({ baseURL: urlOf(`flood/${tokens}`) })
    .chat(request)
    .pipe(
      textDeltas(),
      tap(() => {
        arrived += 1;
        if (arrived === bufferSize || arrived % (tokens / 20) === 0) {
          maxHeld = Math.max(maxHeld, heldBytesNow() - before);
          showProgress(arrived, tokens, 'tokens');
        }
      }),
      finalize(() => (isSlow = false)),
    );
  let taken = 0;
  let length = 0;
  let last = '';
  let error: unknown;
  try {
    for await (const value of toAsyncIterable(source, config)) {
      taken += 1;
      length += value.length;
      last = value;
      await nextTurn();
    }
  } catch (caught) {
    error = caught;
  }
  return { arrived, taken, text: length, last, error, maxHeld };
}

function figuresOf({ arrived, taken, maxHeld }: Consumed): string {
  return `at most ${showBytes(maxHeld)} held, ${show(arrived)} tokens arrived, ${show(taken)} values taken`;
}
