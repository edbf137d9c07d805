/** A part of a Markdown text: a heading, a fenced code block with its fences, or a paragraph of anything else. */
export type MarkdownBlock =
  | { readonly type: 'heading'; readonly depth: number; readonly text: string }
  | { readonly type: 'code' | 'prose'; readonly text: string };

/** Splits a Markdown text at headings, fences and blank lines. Nothing inside a fence is a heading or a paragraph. */
export function markdownBlocks(markdown: string): readonly MarkdownBlock[] {
  const blocks: MarkdownBlock[] = [];
  let lines: string[] = [];
  let fence: string | undefined;
  const endBlock = (type: 'code' | 'prose'): void => {
    if (lines.length > 0) {
      blocks.push({ type, text: lines.join('\n') });
    }
    lines = [];
  };

  for (const line of markdown.split(/\r?\n/u)) {
    const { mark, after = '' } = /^ {0,3}(?<mark>`{3,}|~{3,})(?<after>.*)$/u.exec(line)?.groups ?? {};
    const heading = /^ {0,3}(?<marks>#{1,6}) +(?<text>.*?) *#* *$/u.exec(line)?.groups;
    if (fence !== undefined) {
      lines.push(line);
      if (mark?.startsWith(fence) && after.trim() === '') {
        endBlock('code');
        fence = undefined;
      }
    } else if (mark !== undefined) {
      endBlock('prose');
      lines.push(line);
      fence = mark;
    } else if (heading !== undefined) {
      endBlock('prose');
      blocks.push({ type: 'heading', depth: heading['marks']?.length ?? 0, text: heading['text'] ?? '' });
    } else if (line.trim() === '') {
      endBlock('prose');
    } else {
      lines.push(line);
    }
  }
  endBlock(fence === undefined ? 'prose' : 'code');
  return blocks;
}
