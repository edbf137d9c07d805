import { stripVTControlCharacters } from 'node:util';

/** A text as one line that can be shown on a terminal: white space and control characters become single spaces. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}
