/** The texts of a response's parts, joined by the place of their item in the output, and of the part in the item. */
export class TextParts {
  /** All texts, joined. */
  joined = '';
  private readonly texts = new Map<number, Map<number, string>>();
  /** The place that the last text in order has. */
  private lastOutput = -1;
  private lastPart = -1;

  /** Appends to the text of a part. */
  append(output: number, part: number, text: string): void {
    const parts = this.partsOf(output);
    parts.set(part, (parts.get(part) ?? '') + text);
    if (output > this.lastOutput || (output === this.lastOutput && part >= this.lastPart)) {
      this.lastOutput = output;
      this.lastPart = part;
      this.joined += text;
    } else {
      this.join();
    }
  }

  /** Replaces the text of a part. */
  replace(output: number, part: number, text: string): void {
    const parts = this.partsOf(output);
    const before = parts.get(part) ?? '';
    if (before === '') {
      this.append(output, part, text);
    } else if (before !== text) {
      parts.set(part, text);
      this.join();
    }
  }

  /** Whether text of a part has come. */
  has(output: number, part: number): boolean {
    return this.texts.get(output)?.has(part) ?? false;
  }

  private partsOf(output: number): Map<number, string> {
    let parts = this.texts.get(output);
    if (parts === undefined) {
      parts = new Map();
      this.texts.set(output, parts);
    }
    return parts;
  }

  /** Joins all texts. Each is only appended, since a list that is joined reads them all, for each delta out of order. */
  private join(): void {
    this.joined = '';
    for (const [, parts] of inOrder(this.texts)) {
      for (const [, text] of inOrder(parts)) {
        this.joined += text;
      }
    }
  }
}

function inOrder<T>(map: ReadonlyMap<number, T>): readonly (readonly [number, T])[] {
  return [...map].sort(([one], [other]) => one - other);
}
