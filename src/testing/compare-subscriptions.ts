import { compareTable } from './compare-table.js';
import { MarblesError } from './marbles-error.js';

/** What `TestScheduler` keeps of a subscription. */
export interface FramedSubscription {
  readonly subscribedFrame: number;
  /** `Infinity` where it was never ended. */
  readonly unsubscribedFrame: number;
}

/**
 * Compares how a source was subscribed with what marbles say.
 *
 * @returns The error to throw; `undefined` when there is no difference.
 */
export function compareSubscriptions(
  actual: readonly FramedSubscription[],
  expected: readonly FramedSubscription[],
  place?: Error,
): MarblesError | undefined {
  const length = Math.max(actual.length, expected.length);
  const rows = Array.from({ length }, (_, index) => {
    const [wanted, came] = [describe(expected[index]), describe(actual[index])];
    return { label: String(index + 1), expected: wanted, actual: came, differs: wanted !== came };
  });
  const first = rows.find(({ differs }) => differs);
  if (first === undefined) {
    return undefined;
  }
  const message = [
    `The subscriptions are not what their marbles say, first in number ${first.label}.`,
    '',
    compareTable('number', rows),
  ].join('\n');
  return new MarblesError(message, {
    expected: rows.map((row) => row.expected ?? '').join('\n'),
    actual: rows.map((row) => row.actual ?? '').join('\n'),
    ...(place === undefined ? {} : { place }),
  });
}

function describe(subscription: FramedSubscription | undefined): string | undefined {
  if (subscription === undefined) {
    return undefined;
  }
  const { subscribedFrame, unsubscribedFrame } = subscription;
  return `^ ${subscribedFrame}  ! ${unsubscribedFrame === Infinity ? 'never' : unsubscribedFrame}`;
}
