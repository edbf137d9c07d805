/** One line of a comparison; `undefined` where one side has nothing. */
export interface ComparedRow {
  /** When, or which. */
  readonly label: string;
  readonly expected: string | undefined;
  readonly actual: string | undefined;
  readonly differs: boolean;
}

/** How many equal lines are shown before the first difference, and how many of any kind from there on. */
const before = 4;
const after = 16;
const nothing = '-';

/** Lays out what was expected beside what happened, marking the lines that differ. */
export function compareTable(label: string, rows: readonly ComparedRow[]): string {
  const first = Math.max(0, rows.findIndex(({ differs }) => differs) - before);
  const shown = rows.slice(first, first + before + after);
  const cells = [
    ['', label, 'expected', 'actual'],
    ...shown.map((row) => [row.differs ? '>' : '', row.label, row.expected ?? nothing, row.actual ?? nothing]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  const lines = cells.map(([mark = '', when = '', expected = '', actual = '']) =>
    [mark.padEnd(1), when.padStart(widths[1] ?? 0), expected.padEnd(widths[2] ?? 0), actual].join('  ').trimEnd(),
  );
  const left = rows.length - first - shown.length;
  return [
    ...(first > 0 ? [`   … ${first} equal lines`] : []),
    ...lines,
    ...(left > 0 ? [`   … ${left} more lines`] : []),
  ].join('\n');
}
