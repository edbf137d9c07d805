import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defer, from, map, of, shareReplay, switchMap, type Observable } from 'rxjs';
import type { LocalModelRequest } from '../local-model.js';
import { tokenize } from '../tokenize.js';
import { readPassages, type Passage, type PassageBlock } from './read-passages.js';
import { searchPassages } from './search-passages.js';

const introduction =
  'I am not a language model: I search the documentation of rxllm, and quote what fits your question.';

/** The number of passages an answer quotes. */
const maxPassages = 3;

/** The number of characters an answer quotes of each passage. */
const maxQuote = 2500;

/**
 * Creates the model that answers from this package's documentation by full-text search, without a language model. Files
 * are read when the first question arrives, and kept in memory.
 */
export function docsModel(): (request: LocalModelRequest) => Observable<string> {
  const documentation = defer(() => of(packageRoot())).pipe(
    map((folder) => readPassages(folder)),
    map((passages) => ({ passages, search: searchPassages(passages) })),
    shareReplay({ bufferSize: 1, refCount: false }),
  );
  return ({ prompt }) =>
    documentation.pipe(switchMap(({ passages, search }) => from(tokenize(writeAnswer(search(prompt), passages)))));
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
  return `**${source}**\n\n${shorten(blocks, maxQuote)}`;
}

/**
 * Joins the first blocks that fit into `limit` characters, and adds a note if some do not. A block is cut only if it is
 * the first one, after its last whole line if it is code.
 */
function shorten(blocks: readonly PassageBlock[], limit: number): string {
  const texts: string[] = [];
  let length = 0;
  for (const { text } of blocks) {
    length += text.length + 2;
    if (length > limit) {
      break;
    }
    texts.push(text);
  }
  const [first] = blocks;
  if (texts.length === 0 && first !== undefined) {
    texts.push(cut(first, limit));
  }
  return [...texts, ...(length > limit ? ['(More at the source.)'] : [])].join('\n\n');
}

function cut({ type, text }: PassageBlock, limit: number): string {
  const start = text.slice(0, limit);
  const lines = start.slice(0, start.lastIndexOf('\n'));
  return type === 'code' && lines !== '' ? `${lines}\n${/^ *(?:`+|~+)/u.exec(text)?.[0] ?? ''}` : `${start.trimEnd()}…`;
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
