// Angular compiles its own packages in an application's build, or here, where there is none, while they load.
import '@angular/compiler';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { entryFiles, readPublicNames, type PublicNames } from './public-names.js';
import { root } from './source-files.js';

/** The reviewed lists. Where a test fails and the change is meant, paste the received lines into the file. */
const reviewed = JSON.parse(readFileSync(join(__dirname, 'public-names.json'), 'utf8')) as Readonly<
  Record<string, unknown>
>;
const names = readPublicNames(entryFiles());
const web = names['src/index.ts']!;
const node = names['src/index.node.ts']!;

it('the reviewed lists are those of the entries that package.json names', () => {
  expect(entryFiles()).toEqual(Object.keys(reviewed));
});

describe.each(entryFiles())('%s', (file) => {
  it('exports the names in spec/architecture/public-names.json', () => {
    // As JSON text, so that the difference can be pasted.
    expect(JSON.stringify(listed(names[file]!), null, 2)).toBe(JSON.stringify(reviewed[file] ?? {}, null, 2));
  });

  it('gives each value at run time', async () => {
    const entry = (await import(join(root, file))) as object;

    expect(Object.keys(entry).sort()).toEqual(names[file]?.values);
  });
});

it('the Node entry has every name of the web entry', () => {
  expect(node.values).toEqual(expect.arrayContaining([...web.values]));
  expect(node.types).toEqual(expect.arrayContaining([...web.types]));
});

/** What is reviewed of an entry: all its names, but of the Node entry only those that it adds to the web entry's. */
function listed(entry: PublicNames): Pick<PublicNames, 'values' | 'types'> {
  const { values, types } = entry;
  return entry === node
    ? {
        values: values.filter((name) => !web.values.includes(name)),
        types: types.filter((name) => !web.types.includes(name)),
      }
    : { values, types };
}
