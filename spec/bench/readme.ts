import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const readme = join(import.meta.dirname, '../../README.md');
const marked = /(?<=<!-- bench:.*-->\n\n).*(?=\n<!-- end of bench -->)/su;

/** Replaces what README has between its markers. */
export function writeToReadme(markdown: string): void {
  const text = readFileSync(readme, 'utf8');
  if (!marked.test(text)) {
    throw new Error('README.md has no lines <!-- bench: … --> and <!-- end of bench --> to write between');
  }
  writeFileSync(
    readme,
    text.replace(marked, () => markdown),
  );
}
