import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defer, from, map, of, shareReplay, switchMap } from 'rxjs';
import type { LocalModel } from '../local-model.js';
import { tokenize } from '../tokenize.js';
import { decideCall } from './decide-call.js';
import { quoteResults } from './quote-results.js';
import { readPassages, type Passage } from './read-passages.js';
import { searchPassages } from './search-passages.js';
import { shorten } from './shorten.js';

const introduction =
  'I am not a language model: I search the documentation of rxllm, and quote what fits your question.';

/** The number of passages an answer quotes. */
const maxPassages = 3;

/**
 * Creates the model that answers from this package's documentation by full-text search, without a language model. Files
 * are read when the first question arrives, and kept in memory.
 *
 * If it is offered a tool that searches, it calls it with the question instead, and quotes what the tool answers.
 */
export function docsModel(): LocalModel {
  const documentation = defer(() => of(packageRoot())).pipe(
    map((folder) => readPassages(folder)),
    map((passages) => ({ passages, search: searchPassages(passages) })),
    shareReplay({ bufferSize: 1, refCount: false }),
  );
  return (request) => {
    const call = decideCall(request);
    if (call !== undefined) {
      return of({ tool_calls: [call] });
    }
    const quoted = quoteResults(request.messages);
    const answer =
      quoted === undefined
        ? documentation.pipe(map(({ passages, search }) => writeAnswer(search(request.prompt), passages)))
        : of(quoted);
    return answer.pipe(switchMap((text) => from(tokenize(text))));
  };
}

/**
 * Finds the folder of this package: the nearest one above this file whose package.json is rxllm's. Throws if there is no
 * such folder, as in a bundle.
 */
function packageRoot(): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    const text = existsSync(manifest) ? readFileSync(manifest, 'utf8') : '{}';
    if ((JSON.parse(text) as { readonly name?: unknown }).name === 'rxllm') {
      return folder;
    }
  }
  throw new Error('Cannot find the documentation of rxllm: its code was bundled or moved');
}

/** Quotes the best of the passages found; if there are none, suggests questions that find something. */
function writeAnswer(found: readonly Passage[], all: readonly Passage[]): string {
  const rest = found.length === 0 ? ['Nothing in it fits your question.', ...suggest(all)] : pick(found).map(quote);
  return [introduction, ...rest].join('\n\n');
}

/** Picks the best passages. The best example is always among them: a program shows more than one section more. */
function pick(passages: readonly Passage[]): readonly Passage[] {
  const best = passages.slice(0, maxPassages);
  const example = passages.find(({ kind }) => kind === 'example');
  return example === undefined || best.includes(example) ? best : [...best.slice(0, maxPassages - 1), example];
}

function quote({ source, blocks }: Passage): string {
  return `**${source}**\n\n${shorten(blocks, '(More at the source.)')}`;
}

/** Suggests the questions that examples answer or, if none is titled with a question, the titles of sections. */
function suggest(passages: readonly Passage[]): readonly string[] {
  const titles = passages.map(({ title }) => title);
  const questions = titles.filter((title) => title.endsWith('?'));
  const suggestions = (questions.length > 0 ? questions : titles).slice(0, maxPassages);
  return suggestions.length === 0
    ? []
    : [`Try one of these:\n\n${suggestions.map((title) => `- ${title}`).join('\n')}`];
}
