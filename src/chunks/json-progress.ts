/** Follows growing JSON text to tell whether its brackets are closed, without parsing it each time. */
export class JsonProgress {
  /**
   * `closed` if an object or list was opened and closed, and nothing but white space follows; `broken` if more follows, so
   * that the text can no longer become JSON.
   */
  state: 'before' | 'inside' | 'closed' | 'broken' = 'before';
  /** Whether the text has ended inside a string. */
  quoted = false;
  private depth = 0;
  private escaped = false;

  push(text: string): void {
    for (let place = 0; place < text.length && this.state !== 'broken'; place += 1) {
      if (this.quoted) {
        this.readQuoted(text.charAt(place));
      } else {
        this.readPlain(text.charAt(place));
      }
    }
  }

  private readQuoted(character: string): void {
    if (this.escaped) {
      this.escaped = false;
    } else if (character === '\\') {
      this.escaped = true;
    } else if (character === '"') {
      this.quoted = false;
    }
  }

  private readPlain(character: string): void {
    if (this.state === 'closed') {
      this.state = isSpace(character) ? 'closed' : 'broken';
    } else if (character === '"') {
      this.quoted = true;
    } else if (character === '{' || character === '[') {
      this.depth += 1;
      this.state = 'inside';
    } else if (character === '}' || character === ']') {
      this.depth -= 1;
      this.state = this.depth > 0 ? 'inside' : this.depth === 0 ? 'closed' : 'broken';
    }
  }
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
