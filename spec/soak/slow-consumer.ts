/*
 * A consumer that is slower than its stream: a million tokens come as fast as the network brings them, and `for await` asks
 * for one each millisecond. What waits for it is bounded as the overflow rule says; without a bound it is not.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { finalize, tap } from 'rxjs';
import { type AsyncIterableConfig, createClient, LimitError, textDeltas, toAsyncIterable } from 'rxllm';
import { bytesNow, heldBytes } from './support/heap.js';
import { countsOfServer, promise, request, short, urlOf, within } from './support/measurement.js';
import { show, showBytes } from './support/numbers.js';
import { tell } from './support/progress.js';
import { floodWords } from './support/scenarios.js';

const tokens = short ? 50_000 : 1_000_000;
const text = (tokens / floodWords.length) * floodWords.join('').length;
const bufferSize = 1000;
/** What so many waiting tokens may take, with room for what the network has just brought. */
const bound = 3e6;

/** What a consumer saw of a stream. */
interface Consumed {
  /** How many tokens came, and how many values were taken. */
  readonly came: number;
  readonly taken: number;
  readonly text: number;
  readonly last: string;
  readonly error: unknown;
  /** The most bytes that were held more than before. */
  readonly most: number;
}

// First what is not bounded, which shows that what is measured would be seen.
const unbounded = await consume({ bufferSize: Infinity });
promise(
  unbounded.taken === tokens && unbounded.most > bound,
  `without a bound: ${figuresOf(unbounded)}, for comparison`,
);

const failed = await consume({ bufferSize });
const isCut = await within(1000, async () => (await countsOfServer()).cutRequests === 1);
promise(
  failed.error instanceof LimitError && failed.taken >= bufferSize && isCut && failed.most < bound,
  `error: ${figuresOf(failed)}; then a LimitError, and the server was cut off`,
);

const dropped = await consume({ bufferSize, overflow: 'drop-oldest' });
promise(
  dropped.error === undefined && dropped.came === tokens && dropped.last === floodWords.at(-1) && dropped.most < bound,
  `drop-oldest: ${figuresOf(dropped)}, the last of them the last`,
);

const joined = await consume({ bufferSize: 1, overflow: (pending, value) => pending + value });
promise(
  joined.error === undefined && joined.came === tokens && joined.text === text && joined.most < bound,
  `joining: ${figuresOf(joined)}, all ${show(text)} characters`,
);

async function consume(config: AsyncIterableConfig<string>): Promise<Consumed> {
  let came = 0;
  let most = 0;
  let isSlow = true;
  // Once nothing comes any more, what waits is all there is.
  const nextTurn = (): Promise<void> | undefined => (isSlow ? sleep(1) : undefined);
  const before = await heldBytes();
  const source = createClient({ baseURL: urlOf(`flood/${tokens}`) })
    .chat(request)
    .pipe(
      textDeltas(),
      tap(() => {
        came += 1;
        if (came === bufferSize || came % (tokens / 20) === 0) {
          most = Math.max(most, bytesNow() - before);
          tell(came, tokens, 'tokens');
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
  return { came, taken, text: length, last, error, most };
}

function figuresOf({ came, taken, most }: Consumed): string {
  return `at most ${showBytes(most)} more held, ${show(came)} tokens came, ${show(taken)} values taken`;
}
