/** How deep quotes and lists may stand in each other. A browser and its reader end long before a parser's stack. */
const deepest = 32;

/** How many emphases may be open at once, and how long a text with emphasis and links may be: parsers need its square. */
const mostOpen = 100;
const longest = 20_000;

/** A part of a Markdown text. */
export interface Part {
  readonly text: string;
  /** Whether quotes and lists stand too deep in each other there. */
  readonly isTooDeep: boolean;
}

/** Cuts a text where its quotes and lists begin anew, so that one that is too deep does not take the others with it. */
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
    const isTooDeep = current.isTooDeep || columns.length + count - 1 > deepest;
    current = { text: current.text + line, isTooDeep };
    wasBlank = line.trim() === '';
  }
  add(current);
  return parts.filter((part) => part.text !== '');
}

/** Whether a text without blocks has more in it than a parser reads in a moment. */
export function isTooTangled(text: string): boolean {
  if (text.length > longest) {
    return true;
  }
  const open: Record<string, number> = {};
  for (const { 0: run, index } of text.matchAll(/\*+|_+|~+/gu)) {
    const kind = run.charAt(0);
    const [before, after] = [text.charAt(index - 1), text.charAt(index + run.length)];
    const closes = before.trim() !== '';
    const opens = after.trim() !== '' && !(closes && (open[kind] ?? 0) > 0);
    open[kind] = Math.max((open[kind] ?? 0) + (opens ? run.length : 0) - (closes && !opens ? run.length : 0), 0);
    if (open[kind] > mostOpen) {
      return true;
    }
  }
  return false;
}

/** Where the last quote or list of a line begins, and how many begin there. */
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
