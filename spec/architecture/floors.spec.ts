import { checkFloors } from './check-floors.js';
import { readSourceFiles } from './source-files.js';

it('src keeps to its floors', () => {
  expect(checkFloors(readSourceFiles())).toEqual([]);
});

describe('the check accepts', () => {
  it.each([
    ['an import of a lower floor', 'operators/a.ts', "import { a } from '../chunks/a.js';"],
    ['an import inside a folder', 'chunks/a.ts', "import { b } from './b.js';"],
    ['a type of the stage before', 'chunks/a.ts', "import type { A } from '../sse/a.js';"],
    ['inline types of the stage before', 'sse/a.ts', "import { type A } from '../transport/a.js';"],
    ['an entry, in the command line', 'cli/a.ts', "import { a } from '../index.node.js'; import '../local/index.js';"],
    ['the index of an entry', 'local/index.ts', "export { a } from './a.js';"],
    ['the web entry, inside the Node entry', 'index.node.ts', "export * from './index.js';"],
    ['node where it belongs', 'transport/a.ts', "import { a } from 'node:zlib'; import { b } from 'undici';"],
    ['rxjs and zod', 'schemas/a.ts', "import { of } from 'rxjs'; import * as z from 'zod/mini';"],
  ])('%s', (_, path, text) => {
    expect(checkFloors([{ path, text }])).toEqual([]);
  });
});

describe('the check reports', () => {
  it.each([
    ['an import of a higher floor', 'errors/a.ts', "import { a } from '../client/a.js';", 'client on floor 4'],
    ['a folder of the same floor', 'errors/a.ts', "import { a } from '../schemas/a.js';", 'schemas on floor 1'],
    ['another sub-entry', 'server/a.ts', "import type { A } from '../node/index.js';", 'node on floor 8'],
    ['a value of the stage before', 'chunks/a.ts', "import { a, type B } from '../sse/a.js';", 'sse on floor 2'],
    ['a type of a later stage', 'sse/a.ts', "import type { A } from '../chunks/a.js';", 'chunks on floor 2'],
    ['a re-export', 'errors/a.ts', "export { a } from '../client/a.js';", 'client on floor 4'],
    ['a dynamic import', 'errors/a.ts', "void import('../client/a.js');", 'client on floor 4'],
    ['a require', 'errors/a.ts', "require('../client/a.js');", 'client on floor 4'],
    ['an import type', 'errors/a.ts', "type A = import('../client/a.js').A;", 'client on floor 4'],
    ['more than entries, in the command line', 'cli/a.ts', "import { a } from '../client/a.js';", 'entries only'],
    ['the network, in an operator', 'operators/a.ts', "import type { A } from '../sse/a.js';", 'never sees sse'],
    ['an unknown folder', 'helpers/a.ts', '', 'no floor is known for helpers'],
    ['a stray file', 'helpers.ts', '', 'no floor is known for helpers.ts'],
    [
      'an import of an unknown folder',
      'cli/a.ts',
      "import { a } from '../helpers/a.js';",
      'floor is known for helpers',
    ],
    ['an import from outside src', 'cli/a.ts', "import { a } from '../../spec/a.js';", 'stays in src'],
    ['a missing extension', 'chunks/a.ts', "import { b } from './b';", 'ends in .js'],
    ['node outside the transports', 'client/a.ts', "import { a } from 'node:fs';", 'belongs in transport'],
    ['undici outside the transports', 'index.ts', "import { a } from 'undici';", 'belongs in transport'],
    ['deep imports of rxjs', 'client/a.ts', "import { map } from 'rxjs/operators';", 'not a module'],
    ['other forms of zod', 'client/a.ts', "import * as z from 'zod';", 'not a module'],
    ['an unprefixed builtin', 'transport/a.ts', "import { a } from 'fs';", 'not a module'],
    ['the package itself', 'cli/a.ts', "import { a } from 'rxllm';", 'not a module'],
    ['a barrel', 'operators/index.ts', '', 'only entries have an index.ts'],
    ['a nested barrel', 'local/answers/index.ts', '', 'only entries have an index.ts'],
    ['export everything', 'local/index.ts', "export * from './a.js';", 'name what is exported'],
    ['export a namespace', 'local/index.ts', "export * as a from './a.js';", 'name what is exported'],
    ['a default export', 'chunks/a.ts', 'export default 1;', 'default export'],
    ['a default function', 'chunks/a.ts', 'export default function a() {}', 'default export'],
    ['a renamed default', 'chunks/a.ts', 'const a = 1; export { a as default };', 'default export'],
  ])('%s', (_, path, text, problem) => {
    expect(checkFloors([{ path, text }])).toEqual([expect.stringContaining(problem)]);
  });
});
