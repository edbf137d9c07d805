import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A passage of documentation, found and quoted as a unit. */
export interface Passage {
  /** Its heading, or the first line of an example's leading comment, ideally the question the example answers. */
  readonly title: string;
  /** Its location, such as `README.md › Retries › Rate limits`. */
  readonly source: string;
  readonly kind: 'section' | 'example';
  /** Paragraphs and code blocks, as Markdown. */
  readonly blocks: readonly PassageBlock[];
}

/** A paragraph, or a code block including its fences. */
export interface PassageBlock {
  readonly type: 'code' | 'prose';
  readonly text: string;
}

type MarkdownBlock = PassageBlock | { readonly type: 'heading'; readonly depth: number; readonly text: string };

/** Reads the sections of README.md and the programs in `examples/` of a folder, in order; either may be missing. */
export function readPassages(root: string): readonly Passage[] {
  const readme = join(root, 'README.md');
  const examples = join(root, 'examples');
  const programs = existsSync(examples) ? readdirSync(examples).filter((name) => name.endsWith('.ts')) : [];
  return [
    ...(existsSync(readme) ? readmePassages('README.md', readFileSync(readme, 'utf8')) : []),
    ...programs.sort().map((name) => examplePassage(`examples/${name}`, readFileSync(join(examples, name), 'utf8'))),
  ];
}

/** Makes a passage of each heading that has text below it, except the table of contents, which matches every question. */
function readmePassages(file: string, markdown: string): readonly Passage[] {
  const passages: Passage[] = [];
  let headings: readonly { readonly depth: number; readonly text: string }[] = [];
  let blocks: PassageBlock[] = [];
  const endPassage = (): void => {
    // The title of the file is above every section, so it would not tell them apart.
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

/** Splits Markdown at headings, fences and blank lines; a fenced block stays whole. */
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

/** Makes a passage of an example program: its leading comment as text, the rest as a code block. */
function examplePassage(file: string, program: string): Passage {
  const [comment = ''] = /^\s*\/\*.*?\*\/\s*/su.exec(program) ?? [];
  const text = comment
    .replace(/^\s*\/\*+/u, '')
    .replace(/\*+\/\s*$/u, '')
    .replaceAll(/^[^\S\n]*\* ?/gmu, '')
    .trim();
  const code = program.slice(comment.length).trim();
  // A fence must be longer than any fence inside it.
  const fence = '`'.repeat(Math.max(3, ...[...code.matchAll(/`{3,}/gu)].map(([marks]) => marks.length + 1)));
  return {
    title: text.split('\n', 1)[0] ?? '',
    source: file,
    kind: 'example',
    blocks: [
      ...(text === '' ? [] : [{ type: 'prose', text } as const]),
      { type: 'code', text: `${fence}ts\n${code}\n${fence}` },
    ],
  };
}
