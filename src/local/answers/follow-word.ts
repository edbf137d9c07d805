/**
 * Follows a text, one UTF-16 code unit per call: each call gives how many code units at the beginning of `word` the text
 * so far ends with (Knuth, Morris and Pratt). Reading on costs the same however long the word is; after the whole word
 * there is nothing more to follow.
 */
export function followWord(word: string): (unit: number) => number {
  // By how much of the word has matched: how much of it still matches when the next code unit does not.
  const shorter = [0, 0];
  const step = (matched: number, unit: number): number => {
    let length = matched;
    while (length > 0 && word.charCodeAt(length) !== unit) {
      length = shorter[length] ?? 0;
    }
    return word.charCodeAt(length) === unit ? length + 1 : 0;
  };
  for (let length = 1; length < word.length; length += 1) {
    shorter.push(step(shorter[length] ?? 0, word.charCodeAt(length)));
  }
  let matched = 0;
  return (unit) => (matched = step(matched, unit));
}
