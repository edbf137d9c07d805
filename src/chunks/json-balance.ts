/** Follows JSON text as it grows, to tell whether its brackets are closed without parsing it again and again. */
export interface JsonBalance {
  readonly push: (text: string) => void;
  /** Whether a value was opened and every bracket and string is closed. */
  readonly isClosed: () => boolean;
}

/** A {@link JsonBalance} of no text yet. */
export function createJsonBalance(): JsonBalance {
  let depth = 0;
  let opened = false;
  let quoted = false;
  let escaped = false;
  const readQuoted = (character: string): void => {
    if (escaped) {
      escaped = false;
    } else if (character === '\\') {
      escaped = true;
    } else if (character === '"') {
      quoted = false;
    }
  };
  return {
    push: (text) => {
      for (const character of text) {
        if (quoted) {
          readQuoted(character);
        } else if (character === '"') {
          quoted = true;
        } else if (character === '{' || character === '[') {
          depth += 1;
          opened = true;
        } else if (character === '}' || character === ']') {
          depth -= 1;
        }
      }
    },
    isClosed: () => opened && depth === 0 && !quoted,
  };
}
