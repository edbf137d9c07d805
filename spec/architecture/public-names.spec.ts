// An application's build compiles Angular's packages; without one, they are compiled while they load.
import '@angular/compiler';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { entryFiles, readPublicNames, type PublicNames } from './public-names.js';
import { root } from './source-files.js';

/** The reviewed lists. When a test fails and the change is intended, paste the received lines into the file. */
const reviewed = JSON.parse(readFileSync(join(__dirname, 'public-names.json'), 'utf8')) as Readonly<
  Record<string, unknown>
>;
const names = readPublicNames(entryFiles());
const web = names['src/index.ts']!;
/** The entries that add to the web entry. */
const wider = ['src/index.node.ts', 'src/index.fetch.ts'].map((file) => names[file]!);

describe('public names', () => {
  it('are reviewed for exactly the entries in package.json', () => {
    expect(entryFiles()).toEqual(Object.keys(reviewed));
  });

  describe.each(entryFiles())('of %s', (file) => {
    it('are those in spec/architecture/public-names.json', () => {
      // As JSON, so that the difference can be pasted.
      expect(JSON.stringify(listed(names[file]!), null, 2)).toBe(JSON.stringify(reviewed[file] ?? {}, null, 2));
    });

    it('exist at run time if they are values', async () => {
      const entry = (await import(join(root, file))) as object;

      expect(Object.keys(entry).sort()).toEqual(names[file]?.values);
    });
  });

  it.each(wider)('of the entries for Node include every name of the web entry', ({ values, types }) => {
    expect(values).toEqual(expect.arrayContaining([...web.values]));
    expect(types).toEqual(expect.arrayContaining([...web.types]));
  });
});

/** The names to review: all names of an entry, but for the entries for Node only those they add to the web entry's. */
function listed(entry: PublicNames): Pick<PublicNames, 'values' | 'types'> {
  const { values, types } = entry;
  return wider.includes(entry)
    ? {
        values: values.filter((name) => !web.values.includes(name)),
        types: types.filter((name) => !web.types.includes(name)),
      }
    : { values, types };
}
