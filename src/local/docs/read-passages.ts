import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { examplePassage } from './example-passage.js';
import type { Passage } from './passage.js';
import { readmePassages } from './readme-passages.js';

/**
 * Reads the documentation in a folder: the sections of its README.md, and the programs in `examples/` in their order.
 * What is missing is left out.
 */
export function readPassages(root: string): readonly Passage[] {
  const readme = join(root, 'README.md');
  const examples = join(root, 'examples');
  const programs = existsSync(examples) ? readdirSync(examples).filter((name) => name.endsWith('.ts')) : [];
  return [
    ...(existsSync(readme) ? readmePassages('README.md', readFileSync(readme, 'utf8')) : []),
    ...programs.sort().map((name) => examplePassage(`examples/${name}`, readFileSync(join(examples, name), 'utf8'))),
  ];
}
