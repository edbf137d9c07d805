import { type Difference, findDifference } from './find-difference.js';
import { MarblesError } from './marbles-error.js';
import { showValue } from './show-value.js';

/** A notification as `TestScheduler` keeps it. */
interface FramedNotification {
  readonly frame: number;
  readonly notification: {
    readonly kind: 'N' | 'E' | 'C';
    readonly value?: unknown;
    readonly error?: unknown;
  };
}

/** A subscription as `TestScheduler` keeps it. */
interface FramedSubscription {
  readonly subscribedFrame: number;
  /** `Infinity` if it was never unsubscribed. */
  readonly unsubscribedFrame: number;
}

/**
 * Compares what a stream emitted with its expected marbles.
 *
 * @param hasPromises Whether something waited for a promise, which is then named as the cause of a missing value.
 * @returns The error to throw, or `undefined` if they are equal.
 */
export function compareNotifications(
  actual: readonly FramedNotification[],
  expected: readonly FramedNotification[],
  place?: Error,
  hasPromises = false,
): MarblesError | undefined {
  const rows = align(actual, expected);
  const isCause = hasPromises && rows.some(({ actual: seen }) => seen === undefined);
  const title = 'The stream does not match its marbles. First difference: frame';
  return firstFailure(title, 'frame', rows, () => ({
    expected: list(expected),
    actual: list(actual),
    place,
    ...(isCause ? { hint: promiseHint } : {}),
  }));
}

/**
 * Compares the subscriptions of a source with the expected marbles.
 *
 * @returns The error to throw, or `undefined` if they are equal.
 */
export function compareSubscriptions(
  actual: readonly FramedSubscription[],
  expected: readonly FramedSubscription[],
  place?: Error,
): MarblesError | undefined {
  const length = Math.max(actual.length, expected.length);
  const rows = Array.from({ length }, (_, index) => {
    const [left, right] = [describeSubscription(expected[index]), describeSubscription(actual[index])];
    const difference = left === right ? undefined : { path: '', expected: left, actual: right };
    return { label: String(index + 1), expected: left, actual: right, difference };
  });
  const title = 'The subscriptions do not match their marbles. First difference: subscription';
  return firstFailure(title, 'number', rows, () => ({
    expected: rows.map((row) => row.expected ?? '').join('\n'),
    actual: rows.map((row) => row.actual ?? '').join('\n'),
    place,
  }));
}

/** One line of a comparison; `undefined` where one side has nothing. */
interface Row {
  readonly label: string;
  readonly expected: string | undefined;
  readonly actual: string | undefined;
  /** `undefined` if both sides are equal. */
  readonly difference: Difference | undefined;
}

type Failure = ConstructorParameters<typeof MarblesError>[1] & { readonly hint?: string };

/** Returns the error for the first row whose sides differ; `undefined` if there is none. */
function firstFailure(
  title: string,
  heading: string,
  rows: readonly Row[],
  describe: () => Failure,
): MarblesError | undefined {
  const { label, difference } = rows.find((row) => row.difference !== undefined) ?? {};
  if (difference === undefined) {
    return undefined;
  }
  const { path, expected, actual } = difference;
  const values = [`At ${path}:`, `  expected  ${showValue(expected, 500)}`, `  actual    ${showValue(actual, 500)}`];
  const { hint, ...sides } = describe();
  const lines = [
    `${title} ${label}.`,
    '',
    formatTable(heading, rows),
    ...(path === '' ? [] : ['', ...values]),
    ...(hint === undefined ? [] : ['', hint]),
  ];
  return new MarblesError(lines.join('\n'), sides);
}

const promiseHint =
  'Something in this test waits for a promise, which never settles in virtual time: use an Observable such as of(value) instead.';

const maxValueLength = 60;

/** Pairs the notifications of each frame, in order. */
function align(actual: readonly FramedNotification[], expected: readonly FramedNotification[]): readonly Row[] {
  const rows: Row[] = [];
  let [nextActual, nextExpected] = [0, 0];
  while (nextActual < actual.length || nextExpected < expected.length) {
    const [left, right] = [expected[nextExpected], actual[nextActual]];
    const frame = Math.min(left?.frame ?? Infinity, right?.frame ?? Infinity);
    const [due, seen] = [left?.frame === frame ? left : undefined, right?.frame === frame ? right : undefined];
    rows.push({
      label: String(frame),
      expected: due && describeNotification(due, maxValueLength),
      // Errors say what to do at their end.
      actual: seen && describeNotification(seen, seen.notification.kind === 'E' ? 500 : maxValueLength),
      difference: due && seen ? compareNotification(seen, due) : { path: '', expected: due, actual: seen },
    });
    nextExpected += due === undefined ? 0 : 1;
    nextActual += seen === undefined ? 0 : 1;
  }
  return rows;
}

function compareNotification(actual: FramedNotification, expected: FramedNotification): Difference | undefined {
  const [seen, due] = [actual.notification, expected.notification];
  if (seen.kind !== due.kind) {
    return { path: '', expected: due, actual: seen };
  }
  return seen.kind === 'E'
    ? findDifference({ error: seen.error }, { error: due.error })
    : findDifference(seen.value, due.value);
}

function describeNotification({ notification }: FramedNotification, maxLength: number): string {
  const { kind, value, error } = notification;
  return kind === 'N' ? showValue(value, maxLength) : kind === 'E' ? `# ${showValue(error, maxLength)}` : 'complete';
}

function describeSubscription(subscription: FramedSubscription | undefined): string | undefined {
  if (subscription === undefined) {
    return undefined;
  }
  const { subscribedFrame, unsubscribedFrame } = subscription;
  return `^ ${subscribedFrame}  ! ${unsubscribedFrame === Infinity ? 'never' : unsubscribedFrame}`;
}

function list(notifications: readonly FramedNotification[]): string {
  return notifications.map((item) => `${item.frame}  ${describeNotification(item, Infinity)}`).join('\n');
}

/** Lines shown before the first difference, and from there on. */
const maxLinesBefore = 4;
const maxLinesAfter = 16;

/** Formats rows as columns, and marks those that differ. */
function formatTable(label: string, rows: readonly Row[]): string {
  const first = Math.max(0, rows.findIndex(({ difference }) => difference !== undefined) - maxLinesBefore);
  const shown = rows.slice(first, first + maxLinesBefore + maxLinesAfter);
  const cells = [
    ['', label, 'expected', 'actual'],
    ...shown.map((row) => [row.difference ? '>' : '', row.label, row.expected ?? '-', row.actual ?? '-']),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  const lines = cells.map(([mark = '', place = '', expected = '', actual = '']) =>
    [mark.padEnd(1), place.padStart(widths[1] ?? 0), expected.padEnd(widths[2] ?? 0), actual].join('  ').trimEnd(),
  );
  const left = rows.length - first - shown.length;
  return [
    ...(first > 0 ? [`   … ${first} equal lines`] : []),
    ...lines,
    ...(left > 0 ? [`   … ${left} more lines`] : []),
  ].join('\n');
}
