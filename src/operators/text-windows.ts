import { endsInHalf } from './unit-ends.js';

/** How much text is segmented at a time, since the time of segmenters is quadratic in the length of the text. */
const maxSegmented = 512;

/** What can end a sentence. A segmenter, which costs a hundred times as much, is asked only where such a character is. */
const terminal = /[\p{Sentence_Terminal}\n\r\u0085\u2028\u2029]/u;
/** The same, with more of what shows that it does. */
const decided = /[\p{Sentence_Terminal}\n\r\u0085\u2028\u2029].*?[\p{L}\p{Sentence_Terminal}\n\r\u0085\u2028\u2029]/su;
const letter = /\p{L}/u;

/** Text that waits to be checked, cut into sentences. The cost of adding text does not grow with what waits. */
export class TextWindows {
  private readonly window: number;
  private readonly segmenter = new Intl.Segmenter(undefined, { granularity: 'sentence' });
  /** Text in which no sentence ends. */
  private begun = '';
  /** The text after `begun`. */
  private rest = '';
  /** Whether a sentence may end in `rest`. */
  private mayEnd = false;

  /** @param window The maximum length of text without the end of a sentence. */
  constructor(window: number) {
    this.window = window;
  }

  get length(): number {
    return this.begun.length + this.rest.length;
  }

  push(text: string): void {
    this.rest += text;
    this.mayEnd ||= terminal.test(text);
  }

  /** Removes and returns the first sentence, or `window` characters; an empty string if there is neither yet. */
  takeOne(): string {
    const end = this.firstEnd();
    if (end > 0 && end <= this.window) {
      return this.cut(end);
    }
    return this.length < this.window ? '' : this.cut(this.wholeEnd(this.window));
  }

  /** Removes and returns all sentences, with the text after them if it is as long as `window`. */
  takeMany(): string {
    const start = Math.max(0, this.rest.length - maxSegmented);
    let end = 0;
    for (const last of this.endsIn(this.rest.slice(start))) {
      end = this.begun.length + start + last;
    }
    if (this.length - end >= this.window) {
      return this.cut(this.wholeEnd(this.length));
    }
    return end === 0 ? this.takeOne() : this.cut(end);
  }

  takeAll(): string {
    return this.cut(this.length);
  }

  private firstEnd(): number {
    while (this.mayEnd) {
      const piece = this.rest.slice(0, maxSegmented);
      const [end] = this.endsIn(piece);
      if (end !== undefined) {
        return this.begun.length + end;
      }
      if (piece.length < maxSegmented) {
        this.mayEnd = terminal.test(piece);
        return 0;
      }
      if (this.begun.length + maxSegmented >= this.window) {
        return 0;
      }
      this.begun += piece.slice(0, maxSegmented / 2);
      this.rest = this.rest.slice(maxSegmented / 2);
    }
    return 0;
  }

  /**
   * Yields where sentences end for certain, whatever follows: `Hi. (` may go on as `Hi. (a)`, which is one sentence. The
   * next one has begun with its first letter, or if it has ended itself. Blank text is no sentence.
   */
  private *endsIn(piece: string): Generator<number> {
    const blank = this.begun === '' ? piece.length - piece.trimStart().length : 0;
    const text = piece.slice(blank);
    if (!decided.test(text)) {
      return;
    }
    let uncertain = 0;
    for (const { segment, index } of this.segmenter.segment(text)) {
      if (uncertain > 0) {
        yield blank + uncertain;
      }
      uncertain = index;
      if (index > 0 && letter.test(segment)) {
        yield blank + index;
        uncertain = 0;
      }
    }
  }

  /** Returns the end of the first `length` characters without splitting a surrogate pair; 0 if there is only half of one. */
  private wholeEnd(length: number): number {
    if (!endsInHalf(this.rest.slice(0, length - this.begun.length))) {
      return length;
    }
    return length > 1 ? length - 1 : this.length > 1 ? 2 : 0;
  }

  private cut(end: number): string {
    if (end === 0) {
      return '';
    }
    const text = this.begun + this.rest.slice(0, end - this.begun.length);
    this.rest = this.rest.slice(text.length - this.begun.length);
    this.begun = '';
    return text;
  }
}
