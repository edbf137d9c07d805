/** A piece of documentation that can be found and shown. */
export interface Passage {
  /** Its heading; of an example the first line of its comment, at best the question that it answers. */
  readonly title: string;
  /** Where it stands, such as `README.md › Retries › Rate limits`. */
  readonly source: string;
  readonly kind: 'section' | 'example';
  /** Paragraphs and whole code blocks, as Markdown. */
  readonly blocks: readonly PassageBlock[];
}

/** A paragraph, or a code block with its fences. */
export interface PassageBlock {
  readonly type: 'code' | 'prose';
  readonly text: string;
}
