import { joinEntries } from '../join-entries.js';
import type { LogEntry } from '../stream-log.js';

/** The text of a chunk's data around its `delta.content`, up to the padding that may end the data. */
interface Frame {
  readonly before: string;
  readonly after: string;
}

/** Neighbouring entries with one frame. */
interface Run {
  readonly frame: Frame | undefined;
  /** JSON text, without quotes. */
  readonly contents: string[];
  last: LogEntry;
  /** Whether entries with this frame may be joined; `undefined` until there are two of them. */
  mayJoin: boolean | undefined;
}

/**
 * Joins the entries that wait for a reader as {@link joinEntries} does. Where many chunks differ in nothing but the JSON text
 * of `delta.content`, which is what models send, only two of them are parsed.
 */
export function joinWaiting(entries: readonly LogEntry[]): readonly LogEntry[] {
  if (entries.length < 2) {
    return entries;
  }
  const runs: Run[] = [];
  let run: Run | undefined;
  for (const entry of entries) {
    const content = contentIn(entry, run?.frame);
    if (run?.frame !== undefined && content !== undefined && isJoinable(run, run.frame, entry, content)) {
      run.contents.push(content);
      run.last = entry;
    } else {
      const frame = frameOf(entry);
      run = { frame, contents: [contentIn(entry, frame) ?? ''], last: entry, mayJoin: undefined };
      runs.push(run);
    }
  }
  return joinEntries(
    runs.map(({ frame, contents, last }) =>
      frame === undefined || contents.length === 1 ? last : withContent(last, frame, contents.join('')),
    ),
  );
}

const opening = '"delta":{"content":"';
const stringEnd = /(?:[^"\\]|\\.)*"/y;
/** OpenAI's servers end chunks with random characters, so that their length does not tell that of the text. */
const dataEnd = /(?:,"obfuscation":"[^"\\]*")?\}$/y;

function frameOf({ data }: LogEntry): Frame | undefined {
  const start = data.indexOf(opening) + opening.length;
  const end = start < opening.length ? 0 : endOfString(data, start);
  const padding = data.lastIndexOf(',"obfuscation":"');
  const after = padding > end && isDataEnd(data, padding) ? data.slice(end - 1, padding) : data.slice(end - 1, -1);
  return end === 0 ? undefined : { before: data.slice(0, start), after };
}

function contentIn({ event, data }: LogEntry, frame: Frame | undefined): string | undefined {
  if (frame === undefined || event !== undefined || !data.startsWith(frame.before)) {
    return undefined;
  }
  const { length } = frame.before;
  const end = endOfString(data, length) - 1;
  return end >= 0 && data.startsWith(frame.after, end) && isDataEnd(data, end + frame.after.length)
    ? data.slice(length, end)
    : undefined;
}

function isDataEnd(data: string, place: number): boolean {
  dataEnd.lastIndex = place;
  return dataEnd.test(data);
}

/** Returns where a JSON string ends, after its quote; 0 if it does not. */
function endOfString(data: string, start: number): number {
  stringEnd.lastIndex = start;
  return stringEnd.test(data) ? stringEnd.lastIndex : 0;
}

function isJoinable(run: Run, frame: Frame, entry: LogEntry, content: string): boolean {
  if (run.mayJoin === undefined) {
    const joined = joinEntries([run.last, entry]);
    const expected = withContent(entry, frame, `${run.contents.join('')}${content}`);
    run.mayJoin = joined.length === 1 && joined[0]?.data === expected.data;
  }
  return run.mayJoin;
}

function withContent(entry: LogEntry, { before, after }: Frame, content: string): LogEntry {
  return { ...entry, data: `${before}${content}${after}}` };
}
