/** The number of characters of a foreign text that the page shows. */
export const maxShown = 10_000;

/** A text as it is shown. */
export interface ShownText {
  readonly text: string;
  /** The number of characters that are left out. */
  readonly left: number;
}

/**
 * Control characters, and invisible ones, some of which reorder text: arguments must not look like others when they are
 * approved. Line feeds and tabs are kept, and the joiners that emoji and some scripts need.
 */
const hidden = /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Prepares a text of a model or tool: shortened, its hidden characters as escapes such as `\u202e`. */
export function showText(text: string, maximum = maxShown): ShownText {
  // Half a surrogate pair at the end would be shown as another character.
  const start = text.slice(0, maximum).replace(/[\uD800-\uDBFF]$/u, '');
  return {
    text: start.replace(/\r\n?/gu, '\n').replace(hidden, escape),
    left: text.length - start.length,
  };
}

/** Prepares the name of a tool, which a server may have made up. */
export function showName(name: string): string {
  const { text, left } = showText(name, 64);
  return left > 0 ? `${text}…` : text;
}

/** Prepares the latest value of a tool, in one line. */
export function showProgress(value: unknown): string {
  const { text, left } = showText(typeof value === 'string' ? value : toJson(value), 200);
  return left > 0 ? `${text}…` : text;
}

/** Indents objects and lists in JSON; any other text, and a very long one, is returned as it is. */
export function indentJson(text: string): string {
  if (text.length > maxShown) {
    return text;
  }
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? JSON.stringify(value, undefined, 2) : text;
  } catch {
    return text;
  }
}

function escape(character: string): string {
  const code = character.codePointAt(0)?.toString(16) ?? '';
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
}

/** A value may have no JSON, such as one that contains itself. */
function toJson(value: unknown): string {
  try {
    return String(JSON.stringify(value));
  } catch {
    return '';
  }
}
