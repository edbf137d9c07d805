/**
 * Words of a question that say nothing about its subject. They match nothing, so a question of such words finds
 * nothing.
 */
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

/** Words that people use for one thing, as stems, and the one that stands for them. */
const synonyms: ReadonlyMap<string, string> = new Map([
  ['abort', 'cancel'],
  ['stop', 'cancel'],
  ['unsubscrib', 'cancel'],
  ['terminal', 'consol'],
  ['stdout', 'consol'],
]);

/** The words of a text, identifiers whole; single letters and digits are none. */
export function words(text: string): string[] {
  return text.match(/[\p{L}\p{N}]{2,}/gu) ?? [];
}

/** The terms of all words of a text, each once. */
export function termsIn(text: string): ReadonlySet<string> {
  return new Set(words(text).flatMap((word) => termsOf(word) ?? []));
}

/**
 * The terms under which a word is found: its stem and, for an identifier such as `retryOnRateLimit`, the stems of its
 * parts. `null` for stop words.
 */
export function termsOf(word: string): string[] | null {
  const parts = word.split(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})/u);
  const terms = [...new Set([word, ...parts].map((part) => part.toLowerCase()))]
    .filter((part) => !stopWords.has(part))
    .map(stem)
    .filter((part) => !stopWords.has(part))
    .map((term) => synonyms.get(term) ?? term);
  return terms.length === 0 ? null : [...new Set(terms)];
}

/**
 * Takes endings off an English word, roughly: what counts is that the forms of one word, and few others, fall together.
 */
function stem(word: string): string {
  return word
    .replace(/(?<=..)ie[sd]$/u, 'y')
    .replace(/(?<=ss|sh|ch|x)es$|(?<=..[^sui])s$/u, '')
    .replace(/(?<=[aeiouy].+|.[aeiouy].?)(?:ing|ed)$/u, '')
    .replace(/(?<=...)e$/u, '')
    .replace(/([bdfgklmnprst])\1$/u, '$1');
}
