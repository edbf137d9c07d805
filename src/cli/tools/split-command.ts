import { UsageError } from '../errors.js';

/** White space, text in quotes, an escaped character, or text without any of these. In Windows paths `\` is a letter. */
const pieces = /\s+|'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(["'\\\s])|([^\s'"\\]+|\\)|["']/gsu;

/**
 * Splits a command into words as a shell does: quotes keep white space, a backslash keeps a quote, white space or a
 * backslash. Variables and wildcards are not expanded.
 *
 * @throws {UsageError} For a quote that is not closed.
 */
export function splitCommand(command: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (const [piece, single, double, escaped, plain] of command.matchAll(pieces)) {
    if (piece.trim() === '') {
      words.push(...(word === undefined ? [] : [word]));
      word = undefined;
      continue;
    }
    const text = single ?? double?.replace(/\\(["\\])/gu, '$1') ?? escaped ?? plain;
    if (text === undefined) {
      throw new UsageError('--mcp has a quote that is not closed');
    }
    word = (word ?? '') + text;
  }
  return [...words, ...(word === undefined ? [] : [word])];
}
