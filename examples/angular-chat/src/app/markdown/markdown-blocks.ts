import type { Token } from 'marked';

/** A top-level block, such as a paragraph, a list or a code block. */
export interface Block {
  readonly token: Token;
  /** Whether it stays as it is when more text arrives. */
  readonly isComplete: boolean;
}

/**
 * Splits a growing text into blocks. Only the last block can change when text is added, except for reference links, whose
 * addresses may come at the end. So while the text grows only the last block is parsed again, and once it is finished the
 * whole text. A block that did not change keeps its token, so that its rendering can be kept.
 */
export class MarkdownBlocks {
  private complete: readonly Block[] = [];
  private last: readonly Block[] = [];
  /** The text of the complete blocks, which is not parsed again. */
  private settled = '';

  private readonly read: (text: string) => readonly Token[];

  constructor(read: (text: string) => readonly Token[]) {
    this.read = read;
  }

  update(given: string, isFinished: boolean): readonly Block[] {
    // The parser does the same; otherwise the lengths of the blocks would not add up to the length of the text.
    const text = given.replace(/\r\n?/gu, '\n');
    if (isFinished || !text.startsWith(this.settled)) {
      this.settled = '';
      this.complete = [];
    }
    const tokens = this.read(text.slice(this.settled.length));
    const end = isFinished ? tokens.length : tokens.findLastIndex(isShown);
    const before = tokens.slice(0, Math.max(end, 0));
    const known = this.last;
    const begin = this.complete.length;
    const read = before
      .filter(isShown)
      .map((token, place) => ({ token: same(token, known[begin + place]), isComplete: true }));
    this.complete = [...this.complete, ...read];
    this.settled += before.map(({ raw }) => raw).join('');
    const last = tokens[end];
    this.last =
      last === undefined
        ? this.complete
        : [...this.complete, { token: same(last, known[this.complete.length]), isComplete: false }];
    return this.last;
  }
}

/** Keeps the token of an unchanged block. Comparing the source is not enough: a link may have got its address since. */
function same(token: Token, block: Block | undefined): Token {
  return block?.token.raw === token.raw && JSON.stringify(block.token) === JSON.stringify(token) ? block.token : token;
}

function isShown({ type }: Token): boolean {
  return type !== 'space' && type !== 'def';
}
