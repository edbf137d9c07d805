import type { Token } from 'marked';

/** A paragraph, a list, a block of code. */
export interface Block {
  readonly token: Token;
  /** Whether more text cannot change it. */
  readonly isComplete: boolean;
}

/**
 * Cuts a growing text into its blocks. What follows a block cannot change it any more, but for links whose address is
 * named at the end: so while the text grows, only the last block is read again, and the whole of it once it is finished.
 * A block that is read again and is the same keeps its token, so that what shows it can stay.
 */
export class MarkdownBlocks {
  private complete: readonly Block[] = [];
  private last: readonly Block[] = [];
  /** The text of the complete blocks. */
  private settled = '';

  private readonly read: (text: string) => readonly Token[];

  constructor(read: (text: string) => readonly Token[]) {
    this.read = read;
  }

  update(given: string, isFinished: boolean): readonly Block[] {
    // As the parser does, so that the blocks' text is the text.
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

/** The token of a block, if it says the same. The same source may not: a link whose address is known now is one now. */
function same(token: Token, block: Block | undefined): Token {
  return block?.token.raw === token.raw && JSON.stringify(block.token) === JSON.stringify(token) ? block.token : token;
}

function isShown({ type }: Token): boolean {
  return type !== 'space' && type !== 'def';
}
