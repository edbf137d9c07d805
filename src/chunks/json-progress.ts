/** Follows growing JSON text to tell whether its brackets are closed, without parsing it each time. */
export interface JsonProgress {
  readonly push: (text: string) => void;
  /** Whether an object or list was opened and closed, and nothing but white space follows. */
  readonly isClosed: () => boolean;
  /** Whether the text has ended inside a string. */
  readonly isQuoted: () => boolean;
  /** Whether more than white space follows the end, so that the text can no longer become JSON. */
  readonly isBroken: () => boolean;
}

/** Creates the progress of an empty text. */
export function createJsonProgress(): JsonProgress {
  let depth = 0;
  let state: 'before' | 'inside' | 'closed' | 'broken' = 'before';
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
  const readPlain = (character: string): void => {
    if (state === 'closed') {
      state = isSpace(character) ? 'closed' : 'broken';
    } else if (character === '"') {
      quoted = true;
    } else if (character === '{' || character === '[') {
      depth += 1;
      state = 'inside';
    } else if (character === '}' || character === ']') {
      depth -= 1;
      state = depth > 0 ? 'inside' : depth === 0 ? 'closed' : 'broken';
    }
  };
  return {
    push: (text) => {
      for (const character of text) {
        if (state === 'broken') {
          return;
        }
        if (quoted) {
          readQuoted(character);
        } else {
          readPlain(character);
        }
      }
    },
    isClosed: () => state === 'closed',
    isQuoted: () => quoted,
    isBroken: () => state === 'broken',
  };
}

/** Removes the white space of a JSON text that is not in strings, so that two spellings of a value can be compared. */
export function compactJson(text: string): string {
  let compact = '';
  let quoted = false;
  let escaped = false;
  for (const character of text) {
    if (quoted || !isSpace(character)) {
      compact += character;
    }
    quoted = character === '"' && !escaped ? !quoted : quoted;
    escaped = character === '\\' && !escaped;
  }
  return compact;
}

function isSpace(character: string): boolean {
  return character === ' ' || character === '\n' || character === '\r' || character === '\t';
}
