import MiniSearch, { type SearchResult } from 'minisearch';
import type { Passage } from './read-passages.js';

/** The share of the best score that a result needs, so that a good match is not followed by poor ones. */
const minShareOfBest = 0.2;

/** The number of characters of a question that are searched for. People paste whole files, and each word is a query. */
const maxQuestion = 2000;

/**
 * Builds a full-text index of passages, and returns a function that finds those that answer a question: best first, or none.
 */
export function searchPassages(passages: readonly Passage[]): (question: string) => readonly Passage[] {
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
    const question = text.slice(0, maxQuestion);
    const asked = [...termsIn(question)];
    const known = asked.filter((term) => counts.has(term));
    // An unknown word, such as the name of another product, is ignored. If most are unknown, the subject is another one.
    const counted = new Set(known.length * 2 < asked.length ? asked : known);
    const results = index.search(question).filter((result) => isRelevant(result, counted, rarity));
    return results
      .filter(({ score }) => score > (results[0]?.score ?? 0) * minShareOfBest)
      .flatMap(({ id }) => passages[id as number] ?? []);
  };
}

function textsOf({ title, source, blocks }: Passage): Readonly<Record<'title' | 'source' | 'prose' | 'code', string>> {
  const textOf = (wanted: string): string =>
    blocks.flatMap(({ type, text }) => (type === wanted ? [text] : [])).join('\n');
  return { title, source, prose: textOf('prose'), code: withoutSentences(textOf('code')) };
}

/** Removes fences and strings with spaces from code: a sample prompt is not what the code is about. */
function withoutSentences(code: string): string {
  return code
    .replaceAll(/^ {0,3}(?:`{3}|~{3}).*$/gmu, '')
    .replaceAll(/(?<!\w)'[^'\n]*'|"[^"\n]*"|`[^`]*`/gu, (text) => (/\s/u.test(text) ? ' ' : text));
}

/** Counts the texts that contain each term; a term found in many of them distinguishes few. */
function countTerms(texts: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  texts.flatMap((text) => [...termsIn(text)]).forEach((term) => counts.set(term, (counts.get(term) ?? 0) + 1));
  return counts;
}

/**
 * Whether a result is about the question rather than about one of its words. Terms are weighted by their rarity, and a
 * term that is only similar counts half: a result needs more than half of the question's weight, or about a third of it
 * with one of the terms in its title.
 */
function isRelevant(
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

/** Returns the words of a text, identifiers whole, without single letters and digits. */
function words(text: string): string[] {
  return text.match(/[\p{L}\p{N}]{2,}/gu) ?? [];
}

/** Returns the distinct terms of a text. */
function termsIn(text: string): ReadonlySet<string> {
  return new Set(words(text).flatMap((word) => termsOf(word) ?? []));
}

/**
 * Returns the terms a word is indexed under: its stem and, for an identifier such as `retryOnRateLimit`, the stems of
 * its parts. `null` for stop words.
 */
function termsOf(word: string): string[] | null {
  const parts = word.split(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})/u);
  const terms = [...new Set([word, ...parts].map((part) => part.toLowerCase()))]
    .filter((part) => !stopWords.has(part))
    .map(stem)
    .filter((part) => !stopWords.has(part))
    .map((term) => synonyms.get(term) ?? term);
  return terms.length === 0 ? null : [...new Set(terms)];
}

/** Strips the endings of an English word, roughly: the forms of one word should share a stem, different words should not. */
function stem(word: string): string {
  return word
    .replace(/(?<=..)ie[sd]$/u, 'y')
    .replace(/(?<=ss|sh|ch|x)es$|(?<=..[^sui])s$/u, '')
    .replace(/(?<=[aeiouy].+|.[aeiouy].?)(?:ing|ed)$/u, '')
    .replace(/(?<=...)e$/u, '')
    .replace(/([bdfgklmnprst])\1$/u, '$1');
}

/** Words that do not tell what a question is about. They are not indexed, so a question of such words finds nothing. */
const stopWords = new Set(
  `a able about actually after again all also am an and any anyone anything are as at be because been before
  being between both but by can cannot could did do does doing done each either else ever every example examples
  explain find for from get gets getting give gives given go goes going got had has have having he hello help
  her here hey hi him his how however i if in instead into is it its just kind know let like look made make
  makes making many may maybe me mean means might mine more most much must my myself need needed needs never no
  nor not now of off often ok on one only or other our out over own please put quite really s same see she
  should show shows simple since so some somehow someone something still such sure t take tell than thank thanks
  that the their them then there these they thing things think this those though through to too under until up
  upon us use used user uses using usually very want wants was way ways we well went were what whatever when
  where whether which while who whom whose why will wish with within without work working works would
  write writing yes yet you your yours`.split(/\s+/u),
);

/** Stems that people use for the same thing, and the stem they are indexed under. */
const synonyms: ReadonlyMap<string, string> = new Map([
  ['abort', 'cancel'],
  ['stop', 'cancel'],
  ['unsubscrib', 'cancel'],
  ['terminal', 'consol'],
  ['stdout', 'consol'],
]);
