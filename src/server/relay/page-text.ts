import { formatEvent } from '../../sse/format-event.js';
import { toErrorEvent } from '../error-event.js';
import type { LogEntry } from '../stream-log.js';
import { joinWaiting } from './join-waiting.js';
import { streamErrors } from './stream-errors.js';

/** How many entries, or characters of one or more, wait only for a reader that is behind. */
const manyEntries = 64;
const muchText = 2 ** 15;

/** Returns the text of a page of the log as events; those that wait for a reader that is behind are joined. */
export function pageText(entries: readonly LogEntry[]): string {
  return (isBehind(entries) ? joinWaiting(entries) : entries)
    .map(({ number, event, data }) => formatEvent({ event, data, id: String(number) }))
    .join('');
}

function isBehind(entries: readonly LogEntry[]): boolean {
  return entries.length >= manyEntries || entries.reduce((size, { data }) => size + data.length, 0) >= muchText;
}

/**
 * Returns the text of an error that is not in the log, and has no number.
 *
 * @param isNamed Whether the events of the stream have names, which those of a response have and chunks have not.
 */
export function errorText(code: keyof typeof streamErrors, isNamed: boolean): string {
  return formatEvent(toErrorEvent(streamErrors[code], isNamed ? 'responses' : 'chat'));
}
