import type { LocalExchange } from '../../local/index.js';

/** How much of a caller's text a log line shows, in characters. */
const maxLogged = 100;

/**
 * Formats an exchange as a log line: start time, method, path, model, status, duration, and how it ended if it was cut short.
 * A dash stands for a missing value.
 *
 * @param keys Redacted wherever a client puts them.
 */
export function formatExchange(exchange: LocalExchange, keys: readonly string[]): string {
  const { startedAt, method, path, model, status, duration, outcome } = exchange;
  const redacted = (text: string): string =>
    toLogWord(keys.reduce((shown, key) => shown.replaceAll(key, '[redacted]'), text));
  return [
    new Date(startedAt).toTimeString().slice(0, 8),
    method,
    redacted(path),
    model === undefined ? '-' : redacted(model),
    status ?? '-',
    `${Math.round(duration)} ms`,
    ...(outcome === 'answered' ? [] : [outcome]),
  ].join(' ');
}

/** Escapes white space, control characters and invisible ones, so that a client cannot forge log lines; cuts long texts. */
function toLogWord(text: string): string {
  const cut = text.length > maxLogged ? `${text.slice(0, maxLogged)}…` : text;
  return cut.replace(/[\s\p{C}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
