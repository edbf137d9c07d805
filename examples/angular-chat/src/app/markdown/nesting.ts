/** How deeply quotes and lists may be nested; far deeper nesting overflows the parser's stack. */
const maxDepth = 32;

/** How many emphases may be open at once, and how long inline text may be: parsing it takes quadratic time. */
const maxOpen = 100;
const maxLength = 20_000;

/** A part of a Markdown text, at whose start no quote or list is open. */
export interface Part {
  readonly text: string;
  /** Whether its quotes and lists are nested too deeply. */
  readonly isTooDeep: boolean;
}

/** Splits a text where no quote or list is open, so that one nested too deeply does not spoil the rest. */
export function partsOf(text: string): readonly Part[] {
  const parts: Part[] = [];
  const add = (part: Part): void => {
    const last = parts.at(-1);
    if (last !== undefined && !last.isTooDeep && !part.isTooDeep) {
      parts[parts.length - 1] = { text: last.text + part.text, isTooDeep: false };
    } else {
      parts.push(part);
    }
  };

  let columns: readonly number[] = [];
  let current: Part = { text: '', isTooDeep: false };
  let wasBlank = true;
  for (const line of text.match(/[^\n]*\n|[^\n]+/gu) ?? []) {
    const { column, count } = markersOf(line);
    if (count > 0) {
      columns = columns.filter((outer) => outer < column);
    } else if (wasBlank && /^\S/u.test(line)) {
      columns = [];
    }
    if (columns.length === 0) {
      add(current);
      current = { text: '', isTooDeep: false };
    }
    columns = count > 0 ? [...columns, column] : columns;
    const isTooDeep = current.isTooDeep || columns.length + count - 1 > maxDepth;
    current = { text: current.text + line, isTooDeep };
    wasBlank = line.trim() === '';
  }
  add(current);
  return parts.filter((part) => part.text !== '');
}

/** Whether the inline part of a block would keep the parser busy for too long. */
export function isTooTangled(text: string): boolean {
  if (text.length > maxLength) {
    return true;
  }
  const open: Record<string, number> = {};
  for (const { 0: run, index } of text.matchAll(/\*+|_+|~+/gu)) {
    const kind = run.charAt(0);
    const [before, after] = [text.charAt(index - 1), text.charAt(index + run.length)];
    const closes = before.trim() !== '';
    const opens = after.trim() !== '' && !(closes && (open[kind] ?? 0) > 0);
    open[kind] = Math.max((open[kind] ?? 0) + (opens ? run.length : 0) - (closes && !opens ? run.length : 0), 0);
    if (open[kind] > maxOpen) {
      return true;
    }
  }
  return false;
}

/** Finds the column of the last quote or list marker at the start of a line, and the number of markers. */
function markersOf(line: string): { readonly column: number; readonly count: number } {
  const marker = /[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])(?=\s))/uy;
  let column = 0;
  let count = 0;
  for (let found = marker.exec(line); found !== null; found = marker.exec(line)) {
    column = found.index + found[0].search(/\S/u);
    count++;
  }
  return { column, count };
}
