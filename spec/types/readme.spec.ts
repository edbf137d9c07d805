import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PublicNames } from '../architecture/public-names.js';
import { root } from '../architecture/source-files.js';
import { checkSnippets, snippetsOf } from './check-snippets.js';

const reviewed = JSON.parse(readFileSync(join(root, 'spec/architecture/public-names.json'), 'utf8')) as Readonly<
  Record<string, PublicNames>
>;
const { values, types } = reviewed['src/index.ts']!;
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const mistaken = `
## Mistaken

\`\`\`ts
client.chat({ model }).pipe(textDeltas(), accumulateMessage());
missing();
\`\`\`
`;
const snippets = snippetsOf(readme + mistaken);
const problems = checkSnippets(snippets, [...values, ...types], 'spec/types/readme-names');
const checked = snippets.map(({ title }, place) => [title, problems[place]] as const);

describe('README examples', () => {
  it.each(checked.slice(0, -1))('compile: %s', (_title, found) => {
    expect(found).toEqual([]);
  });

  it('do not compile with a mistake', () => {
    const [title, found] = checked.at(-1)!;

    expect(title).toMatch(/^Mistaken, line \d+$/u);
    expect(found?.map((problem) => problem.split('\n').at(-1)?.trim())).toEqual([
      expect.stringContaining("Property 'messages' is missing"),
      expect.stringContaining("'string' is not assignable"),
      "Cannot find name 'missing'.",
    ]);
  });
});
