import type { Measure } from './laboratory.js';
import type { Figures } from './measure.js';
import type { Row, Scenario } from './scenarios.js';

/** A row of a scenario with its medians. */
export interface Result extends Row {
  readonly title: string;
  readonly value: number;
  readonly compared: number;
  /** The median of the ratios of all rounds, and their quartiles. */
  readonly ratio: number;
  readonly quartiles: readonly [number, number];
}

/**
 * Measures a scenario. Each round measures all runs, in another order, and yields one ratio for each row, because the load of
 * a machine changes over time.
 */
export async function runRounds(
  { title, runs, rows, ...scenario }: Scenario,
  rounds: number,
  measure: Measure,
  report: (progress: string) => void,
): Promise<readonly Result[]> {
  const figures: Record<string, Figures[]> = {};
  const entries = Object.entries(runs);
  for (let round = 0; round < rounds; round += 1) {
    const start = round % entries.length;
    for (const [name, run] of [...entries.slice(start), ...entries.slice(0, start)]) {
      report(`${title}: round ${round + 1} of ${rounds}, ${name}`);
      const measured = await measure({ title, runs, rows, ...scenario }, run);
      (figures[name] ??= []).push(measured.figures);
    }
  }
  return rows.map((row) => {
    const values = valuesOf(figures[row.of], row);
    const compared = valuesOf(figures[row.over ?? ''], row);
    const ratios = values.map((value, round) => value / (compared[round] ?? NaN));
    return {
      ...row,
      title,
      value: quantile(values, 0.5),
      compared: quantile(compared, 0.5),
      ratio: quantile(ratios, 0.5),
      quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    };
  });
}

function valuesOf(figures: readonly Figures[] = [], { figure }: Row): readonly number[] {
  return figures.map((each) => each[figure] ?? NaN);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below + (place % 1) * (above - below);
}
