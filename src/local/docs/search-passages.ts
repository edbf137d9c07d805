import MiniSearch, { type SearchResult } from 'minisearch';
import type { Passage } from './passage.js';
import { termsIn, termsOf, words } from './terms.js';

/** Finds the passages that fit a question, the best first; an empty list when nothing does. */
export type PassageSearch = (question: string) => readonly Passage[];

/** The share of the best score that others need, so that a good match is not followed by poor ones. */
const leastScore = 0.2;

/** Characters of a question that are looked at; whole files are pasted into prompts, and each word is a search. */
const longestQuestion = 2000;

/** Builds the index over passages. */
export function searchPassages(passages: readonly Passage[]): PassageSearch {
  const texts = passages.map(textsOf);
  const counts = countTerms(texts.map((fields) => Object.values(fields).join('\n')));
  const rarity = (term: string): number => Math.log(1 + (texts.length + 1) / ((counts.get(term) ?? 0) + 1));
  const index = new MiniSearch({
    fields: ['title', 'source', 'prose', 'code'],
    tokenize: words,
    processTerm: termsOf,
    searchOptions: {
      boost: { title: 4, source: 2, prose: 1.5, code: 0.3 },
      prefix: (term) => term.length > 3,
      fuzzy: (term) => (term.length > 4 ? 0.2 : false),
      weights: { prefix: 0.4, fuzzy: 0.3 },
    },
  });
  index.addAll(texts.map((fields, id) => ({ id, ...fields })));
  return (text) => {
    const question = text.slice(0, longestQuestion);
    const asked = [...termsIn(question)];
    const known = asked.filter((term) => counts.has(term));
    // A word that is nowhere, such as another product's name, is overlooked, unless most are: that is another subject.
    const counted = new Set(known.length * 2 < asked.length ? asked : known);
    const results = index.search(question).filter((result) => fits(result, counted, rarity));
    return results
      .filter(({ score }) => score > (results[0]?.score ?? 0) * leastScore)
      .flatMap(({ id }) => passages[id as number] ?? []);
  };
}

function textsOf({ title, source, blocks }: Passage): Readonly<Record<'title' | 'source' | 'prose' | 'code', string>> {
  const textOf = (wanted: string): string =>
    blocks.flatMap(({ type, text }) => (type === wanted ? [text] : [])).join('\n');
  return { title, source, prose: textOf('prose'), code: withoutSentences(textOf('code')) };
}

/**
 * The code of blocks, without fences and sample prompts: what a string with spaces says is not what the code is about.
 */
function withoutSentences(code: string): string {
  return code
    .replaceAll(/^ {0,3}(?:`{3}|~{3}).*$/gmu, '')
    .replaceAll(/(?<!\w)'[^'\n]*'|"[^"\n]*"|`[^`]*`/gu, (text) => (/\s/u.test(text) ? ' ' : text));
}

/** In how many texts each term is; one says little that is in many. */
function countTerms(texts: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  texts.flatMap((text) => [...termsIn(text)]).forEach((term) => counts.set(term, (counts.get(term) ?? 0) + 1));
  return counts;
}

/**
 * Whether a result speaks about the question, and not just of one of its words: it holds more than half of what the
 * question's terms say, as far as they count, or a third of it and a term in its title. A term that is only similar
 * counts half.
 */
function fits(
  { match, queryTerms, terms }: SearchResult,
  counted: ReadonlySet<string>,
  rarity: (term: string) => number,
): boolean {
  const found = [...new Set(queryTerms)]
    .filter((term) => counted.has(term))
    .map((term) => rarity(term) * (terms.some((other) => other.startsWith(term)) ? 1 : 0.5));
  const share = sum(found) / sum([...counted].map(rarity));
  const inTitle = terms.some((term) => match[term]?.includes('title'));
  return share > 0.5 || (inTitle && share > 0.35);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
