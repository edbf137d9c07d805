import { checkFloors } from './check-floors.js';
import { readSourceFiles } from './source-files.js';

describe('the floors of src', () => {
  it('are kept', () => {
    expect(checkFloors(readSourceFiles())).toEqual([]);
  });

  it.each([
    ['an import of a lower floor', 'operators/a.ts', "import { a } from '../chunks/a.js';"],
    ['an import inside a folder', 'chunks/a.ts', "import { b } from './b.js';"],
    ['a type of the stage before', 'chunks/a.ts', "import type { A } from '../sse/a.js';"],
    ['inline types of the stage before', 'sse/a.ts', "import { type A } from '../transport/a.js';"],
    ['an entry in the command line', 'cli/a.ts', "import { a } from '../index.node.js'; import '../local/index.js';"],
    ['the index of an entry', 'local/index.ts', "export { a } from './a.js';"],
    ['the whole web entry in the Node entry', 'index.node.ts', "export * from './index.js';"],
    [
      'Node and undici in the transports',
      'transport/a.ts',
      "import { a } from 'node:zlib'; import { b } from 'undici';",
    ],
    [
      'private modules of undici in one file',
      'transport/undici/node-agent.ts',
      "import a from 'undici/lib/dispatcher/agent.js';",
    ],
    ['rxjs and zod', 'schemas/a.ts', "import { of } from 'rxjs'; import * as z from 'zod/mini';"],
  ])('allow %s', (_, path, text) => {
    expect(checkFloors([{ path, text }])).toEqual([]);
  });

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
    [
      'importing more than entries in the command line',
      'cli/a.ts',
      "import { a } from '../client/a.js';",
      'entries only',
    ],
    [
      'an event stream in an operator',
      'operators/a.ts',
      "import type { A } from '../sse/a.js';",
      'must not import sse',
    ],
    ['an unknown folder', 'helpers/a.ts', '', 'helpers has no floor'],
    ['a file outside the folders', 'helpers.ts', '', 'helpers.ts has no floor'],
    ['an import of an unknown folder', 'cli/a.ts', "import { a } from '../helpers/a.js';", 'helpers has no floor'],
    ['an import from outside src', 'cli/a.ts', "import { a } from '../../spec/a.js';", 'stay in src'],
    ['a missing extension', 'chunks/a.ts', "import { b } from './b';", 'end in .js'],
    ['node outside the transports', 'client/a.ts', "import { a } from 'node:fs';", 'allowed only in transport'],
    ['undici outside the transports', 'index.ts', "import { a } from 'undici';", 'allowed only in transport'],
    [
      'private modules of undici in a second file',
      'transport/a.ts',
      "import a from 'undici/lib/dispatcher/agent.js';",
      'allowed only in transport/undici/node-agent.ts',
    ],
    ['deep imports of rxjs', 'client/a.ts', "import { map } from 'rxjs/operators';", 'does not depend'],
    ['other forms of zod', 'client/a.ts', "import * as z from 'zod';", 'does not depend'],
    ['a Node module without node:', 'transport/a.ts', "import { a } from 'fs';", 'does not depend'],
    ['the package itself', 'cli/a.ts', "import { a } from 'rxllm';", 'does not depend'],
    ['a barrel', 'operators/index.ts', '', 'only entries have an index.ts'],
    ['a nested barrel', 'local/answers/index.ts', '', 'only entries have an index.ts'],
    ['exporting a whole module', 'local/index.ts', "export * from './a.js';", 'export by name'],
    ['exporting a namespace', 'local/index.ts', "export * as a from './a.js';", 'export by name'],
    ['a default export', 'chunks/a.ts', 'export default 1;', 'default export'],
    ['a default function', 'chunks/a.ts', 'export default function a() {}', 'default export'],
    ['a renamed default', 'chunks/a.ts', 'const a = 1; export { a as default };', 'default export'],
  ])('forbid %s', (_, path, text, problem) => {
    expect(checkFloors([{ path, text }])).toEqual([expect.stringContaining(problem)]);
  });
});
