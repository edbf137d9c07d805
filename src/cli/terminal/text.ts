import { stripVTControlCharacters } from 'node:util';

/** Clears the terminal line that holds the cursor, and moves the cursor to its start. */
export const eraseLine = '\r\u001b[K';

/** Joins a text into one line that is safe to print: white space and control characters become single spaces. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

/**
 * Removes the control characters with which a text could set a terminal's title, fill the clipboard or overwrite the
 * screen. Keeps line feeds and tabs. Works on pieces of a text as on the whole.
 */
export function printable(text: string): string {
  return text.replace(/(?![\n\t])\p{Cc}/gu, '');
}
