/** The longest text that is shown whole. */
const longest = 100;

/**
 * A text of someone else as one word of a log line: white space, control characters and others that do not show are written
 * as escapes, and what is too long is cut.
 */
export function visible(text: string): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return cut.replace(/[\s\p{C}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
