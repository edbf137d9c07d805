import { compareTable, type ComparedRow } from './compare-table.js';
import { type Difference, findDifference } from './difference.js';
import { MarblesError } from './marbles-error.js';
import { showValue } from './show-value.js';

/** What `TestScheduler` keeps of a notification. */
export interface FramedNotification {
  readonly frame: number;
  readonly notification: {
    readonly kind: 'N' | 'E' | 'C';
    readonly value?: unknown;
    readonly error?: unknown;
  };
}

const width = 60;

/**
 * Compares what a stream gave with what its marbles say.
 *
 * @returns The error to throw; `undefined` when there is no difference.
 */
export function compareNotifications(
  actual: readonly FramedNotification[],
  expected: readonly FramedNotification[],
  place?: Error,
): MarblesError | undefined {
  const rows = align(actual, expected);
  const first = rows.find(({ differs }) => differs);
  if (first === undefined) {
    return undefined;
  }
  const { path } = first.difference ?? { path: '' };
  const message = [
    `The stream is not what its marbles say, first in frame ${first.label}.`,
    '',
    compareTable('frame', rows),
    ...(first.difference === undefined || path === '' ? [] : ['', ...detail(first.difference)]),
  ].join('\n');
  return new MarblesError(message, {
    expected: list(expected),
    actual: list(actual),
    ...(place === undefined ? {} : { place }),
  });
}

interface AlignedRow extends ComparedRow {
  readonly difference?: Difference;
}

/** Puts side by side what came in one frame, in its order. */
function align(actual: readonly FramedNotification[], expected: readonly FramedNotification[]): readonly AlignedRow[] {
  const rows: AlignedRow[] = [];
  let [came, wanted] = [0, 0];
  while (came < actual.length || wanted < expected.length) {
    const [left, right] = [expected[wanted], actual[came]];
    const frame = Math.min(left?.frame ?? Infinity, right?.frame ?? Infinity);
    const [due, seen] = [left?.frame === frame ? left : undefined, right?.frame === frame ? right : undefined];
    const difference = due && seen ? differenceOf(seen, due) : undefined;
    rows.push({
      label: String(frame),
      expected: due && describe(due, width),
      actual: seen && describe(seen, width),
      differs: due === undefined || seen === undefined || difference !== undefined,
      ...(difference === undefined ? {} : { difference }),
    });
    wanted += due === undefined ? 0 : 1;
    came += seen === undefined ? 0 : 1;
  }
  return rows;
}

function differenceOf(actual: FramedNotification, expected: FramedNotification): Difference | undefined {
  const [came, due] = [actual.notification, expected.notification];
  if (came.kind !== due.kind) {
    return { path: '', expected: due, actual: came };
  }
  return came.kind === 'E'
    ? findDifference({ error: came.error }, { error: due.error })
    : findDifference(came.value, due.value);
}

function detail({ path, expected, actual }: Difference): readonly string[] {
  return [`At ${path}:`, `  expected  ${showValue(expected, 500)}`, `  actual    ${showValue(actual, 500)}`];
}

function describe({ notification: { kind, value, error } }: FramedNotification, room: number): string {
  return kind === 'N' ? showValue(value, room) : kind === 'E' ? `# ${showValue(error, room)}` : 'complete';
}

function list(notifications: readonly FramedNotification[]): string {
  return notifications.map((item) => `${item.frame}  ${describe(item, Infinity)}`).join('\n');
}
