import { asyncScheduler, type SchedulerAction, type SchedulerLike, type Subscription } from 'rxjs';
import { describeFaults, type Fault, noon } from '../support/fault-table.js';

/** A stopped clock, so that dates determine the exact delay. */
const stopped: SchedulerLike = {
  now: () => noon,
  schedule<S>(work: (this: SchedulerAction<S>, state?: S) => void, delay?: number, state?: S): Subscription {
    return asyncScheduler.schedule<S>(work, delay, state);
  },
};

/** The first backoff delay without a hint, at maximum jitter. */
const backoff = 500;

const hints: readonly (readonly [title: string, fields: Readonly<Record<string, string>>, delay: number])[] = [
  ['milliseconds', { 'retry-after-ms': '1500' }, 1500],
  ['milliseconds and more seconds', { 'retry-after-ms': '700', 'retry-after': '9' }, 700],
  ['no milliseconds and a second', { 'retry-after-ms': '0', 'retry-after': '1' }, 1000],
  ['seconds', { 'retry-after': '2' }, 2000],
  ['a fraction of a second', { 'retry-after': '0.25' }, 250],
  ['a fraction of a millisecond', { 'retry-after-ms': '0.5' }, 1],
  ['a date', { 'retry-after': 'Fri, 20 Nov 2026 12:00:30 GMT' }, 30_000],
  ['a date of the second form', { 'retry-after': 'Friday, 20-Nov-26 12:00:30 GMT' }, 30_000],
  ['a date of the oldest form', { 'retry-after': 'Fri Nov 20 12:00:30 2026' }, 30_000],
  ['a date in the past', { 'retry-after': 'Fri, 20 Nov 2026 11:59:30 GMT' }, backoff],
  ['a delay in the body', { body: 'retry-delay' }, 34_400],
  ['seconds and a delay in the body', { 'retry-after': '3', body: 'retry-delay' }, 3000],
  ['a word', { 'retry-after': 'soon' }, backoff],
  ['nothing', { 'retry-after': '' }, backoff],
  ['a negative number', { 'retry-after': '-5' }, backoff],
  ['infinity', { 'retry-after': 'Infinity' }, backoff],
  ['the maximum delay', { 'retry-after': '60' }, 60_000],
];

const statuses: readonly (readonly [status: number, name: string, kind: string])[] = [
  [429, 'RateLimitError', 'rate_limit'],
  [500, 'ApiError', 'server'],
  [503, 'ApiError', 'server'],
  [529, 'ApiError', 'overloaded'],
];

function scenarioOf(sequence: string, fields: Readonly<Record<string, string>>): string {
  const parts = Object.entries(fields).map(([name, value]) => encodeURIComponent(`${name}=${value}`));
  return [`/sequence/${sequence}`, ...parts].join('/');
}

function wait(
  title: string,
  sequence: string,
  fields: Readonly<Record<string, string>>,
  delays: readonly number[],
): Fault {
  return {
    title,
    scenario: scenarioOf(sequence, fields),
    options: { scheduler: stopped },
    retries: true,
    requests: delays.length + 1,
    also: ({ retries }) => expect(retries.map((notice) => notice.delay)).toEqual(delays),
  };
}

const waited = statuses.flatMap(([status]) =>
  hints.map(([title, fields, delay]) =>
    wait(`status ${status} and a hint of ${title}`, `${status},200`, fields, [delay]),
  ),
);

// A hint sets the delay after each refusal; only the backoff grows.
const sequences = statuses.flatMap(([first]) =>
  statuses.flatMap(([second]) => {
    const title = `status ${first} and ${second}, each with a hint of`;
    const sequence = `${first},${second},200`;
    return [
      wait(`${title} seconds`, sequence, { 'retry-after': '2' }, [2000, 2000]),
      wait(`${title} a word`, sequence, { 'retry-after': 'soon' }, [backoff, 2 * backoff]),
    ];
  }),
);

const refused: readonly (readonly [title: string, hint: string, retryAfter: number])[] = [
  ['an hour', '3600', 3_600_000],
  ['more than any timer can wait', '99999999999', 99_999_999_999_000],
  ['the time until tomorrow', 'Sat, 21 Nov 2026 12:00:00 GMT', 86_400_000],
];

const tooLong = statuses.flatMap(([status, name, kind]) =>
  refused.map(([title, hint, retryAfter]): Fault => ({
    title: `status ${status} and a hint of ${title}, which fails at once`,
    scenario: scenarioOf(`${status},200`, { 'retry-after': hint }),
    options: { scheduler: stopped },
    retries: true,
    error: { name, kind, status, retryable: true, retryAfter },
  })),
);

describe('the delay before a retry', () => {
  describeFaults([...waited, ...sequences, ...tooLong]);
});
