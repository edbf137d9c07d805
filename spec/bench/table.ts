import { cpus, loadavg } from 'node:os';
import { format } from 'prettier';
import type { Figures } from './measure.js';
import type { Result } from './rounds.js';

/** How a table was measured. */
export interface Circumstances {
  /** The version of Node, such as `v24.1.0`. */
  readonly version: string;
  readonly rounds: number;
}

const units: Readonly<Record<keyof Figures, (value: number) => string>> = {
  chunk: (microseconds) => `${show(microseconds)} µs per chunk`,
  stream: (microseconds) => `${show(microseconds)} µs per stream`,
  first: (milliseconds) => `first chunk after ${show(milliseconds)} ms`,
  heap: (bytes) => `${show(bytes / 1_000)} kB`,
  memory: (bytes) => `${show(bytes / 2 ** 20)} MiB`,
  start: (milliseconds) => `${show(milliseconds)} ms`,
  connections: (count) => `${show(count)} connections`,
};

/** Formats results for a terminal. */
export function toText(results: readonly Result[], circumstances: Circumstances): string {
  const head = ['scenario', 'measured', 'compared with', 'ratio', 'quartiles', 'target', ''];
  const rows = results.map((result) => {
    const [title = '', measured = '', compared = '', ratio = '', target = '', met = ''] = cellsOf(
      result,
      circumstances,
    );
    const quartiles = result.over === undefined ? '' : result.quartiles.map(show).join('–');
    return [title, measured, compared, ratio, quartiles, target, met];
  });
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((cells) => cells[column]?.length ?? 0)));
  const lines = [head, ...rows].map((cells) =>
    cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '),
  );
  return [...lines.map((line) => line.trimEnd()), '', describe(circumstances)].join('\n');
}

/** Formats as Markdown, as Prettier leaves it, the results with a target, and those without of `rxllm` and `openai`. */
export async function toMarkdown(results: readonly Result[], circumstances: Circumstances): Promise<string> {
  const head = ['scenario', 'measured', 'compared with', 'ratio', 'target', 'met'];
  const shown = results.filter(({ target, of }) => target !== undefined || of === 'rxllm' || of === 'openai');
  const rows = shown.map((result) => cellsOf(result, circumstances));
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return format([describe(circumstances), '', ...table].join('\n'), { parser: 'markdown', printWidth: 120 });
}

/** Whether a result is as good as it should be; `undefined` if no target is set. */
function isMet(result: Result, circumstances: Circumstances): boolean | undefined {
  const target = targetOf(result, circumstances);
  return target === undefined ? undefined : (result.over === undefined ? result.value : result.ratio) <= target;
}

function cellsOf(result: Result, circumstances: Circumstances): readonly string[] {
  const { title, figure, of, over, value, compared, ratio } = result;
  const target = targetOf(result, circumstances);
  const shownTarget = target === undefined ? '' : over === undefined ? units[figure](target) : show(target);
  const met = { true: 'yes', false: 'no', undefined: '' }[String(isMet(result, circumstances))] ?? '';
  return [
    title,
    `${of}: ${units[figure](value)}`,
    over === undefined ? '' : `${over}: ${show(compared)}`,
    over === undefined ? '' : show(ratio),
    shownTarget === '' ? '' : `≤ ${shownTarget}`,
    met,
  ];
}

function targetOf({ target, oldTarget = target }: Result, { version }: Circumstances): number | undefined {
  return Number(/\d+/u.exec(version)?.[0]) < 24 ? oldTarget : target;
}

function describe({ version, rounds }: Circumstances): string {
  const date = new Date().toISOString().slice(0, 10);
  const [processor] = cpus();
  const load = show(loadavg()[0] ?? NaN);
  return (
    `Measured on ${date} with Node ${version.slice(1)} on ${cpus().length} cores of ${processor?.model.trim()}, ` +
    `load average ${load}. Medians of ${rounds} rounds.`
  );
}

function show(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 });
}
