import { markdownBlocks } from './markdown-blocks.js';
import type { Passage, PassageBlock } from './passage.js';

/**
 * One passage per heading of a Markdown file that has something below it. A table of contents, which names everything,
 * is none.
 */
export function readmePassages(file: string, markdown: string): readonly Passage[] {
  const passages: Passage[] = [];
  let headings: readonly { readonly depth: number; readonly text: string }[] = [];
  let blocks: PassageBlock[] = [];
  const endPassage = (): void => {
    // The file's own title stands above everything, and so says nothing about a section.
    const inFile = headings.length > 1 ? headings.filter(({ depth }) => depth > 1) : headings;
    const path = inFile.map(({ text }) => text.replaceAll('`', ''));
    const title = path.at(-1) ?? file;
    if (blocks.length > 0 && !/^(?:table of )?contents$/iu.test(title)) {
      passages.push({ title, source: [file, ...path].join(' › '), kind: 'section', blocks });
    }
    blocks = [];
  };

  for (const block of markdownBlocks(markdown)) {
    if (block.type === 'heading') {
      endPassage();
      headings = [...headings.filter(({ depth }) => depth < block.depth), block];
    } else {
      blocks.push(block);
    }
  }
  endPassage();
  return passages;
}
