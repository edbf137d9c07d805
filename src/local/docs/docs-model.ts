import { defer, from, map, of, shareReplay, switchMap, type Observable } from 'rxjs';
import type { LocalModelRequest } from '../local-model.js';
import { packageRoot } from '../package-root.js';
import { tokenize } from '../tokenize.js';
import { readPassages } from './read-passages.js';
import { searchPassages } from './search-passages.js';
import { writeAnswer } from './write-answer.js';

/**
 * Makes the model that answers from documentation: a full-text search, no language model. The files are read at the
 * first question, and kept.
 *
 * @param root Gives the folder with README.md and `examples/`; by default this package's own.
 */
export function docsModel(root: () => string = packageRoot): (request: LocalModelRequest) => Observable<string> {
  const documentation = defer(() => of(root())).pipe(
    map((folder) => readPassages(folder)),
    map((passages) => ({ passages, search: searchPassages(passages) })),
    shareReplay({ bufferSize: 1, refCount: false }),
  );
  return ({ prompt }) =>
    documentation.pipe(switchMap(({ passages, search }) => from(tokenize(writeAnswer(search(prompt), passages)))));
}
