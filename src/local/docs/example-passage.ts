import type { Passage } from './passage.js';

/** The passage of an example program: its leading comment as text, the rest as a code block. */
export function examplePassage(file: string, program: string): Passage {
  const [comment = ''] = /^\s*\/\*.*?\*\/\s*/su.exec(program) ?? [];
  const text = comment
    .replace(/^\s*\/\*+/u, '')
    .replace(/\*+\/\s*$/u, '')
    .replaceAll(/^[^\S\n]*\* ?/gmu, '')
    .trim();
  const code = program.slice(comment.length).trim();
  // A fence must be longer than any inside it.
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
