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
 */
export class MarkdownBlocks {
  private complete: readonly Block[] = [];
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
    this.complete = [...this.complete, ...before.filter(isShown).map((token) => ({ token, isComplete: true }))];
    this.settled += before.map(({ raw }) => raw).join('');
    const last = tokens[end];
    return last === undefined ? this.complete : [...this.complete, { token: last, isComplete: false }];
  }
}

function isShown({ type }: Token): boolean {
  return type !== 'space' && type !== 'def';
}
