/** How many letters in the middle of a word may be wrong, missing or extra. */
const maxWrong = 2;

/** Returns the name that a word most resembles, as one mistyped or shortened; `undefined` if it resembles none. */
export function nearMiss(word: string, names: readonly string[]): string | undefined {
  const [nearest] = names
    .filter((name) => isLike(word, name))
    .sort((one, other) => sharedLetters(word, other) - sharedLetters(word, one));
  return nearest;
}

function isLike(word: string, name: string): boolean {
  const longer = Math.max(word.length, name.length);
  const shared = sharedLetters(word, name);
  return (word.length > 2 && name.includes(word)) || (shared >= longer - maxWrong && shared > longer / 2);
}

/** Counts the letters that two words share at the start and at the end. */
function sharedLetters(word: string, name: string): number {
  const shorter = Math.min(word.length, name.length);
  let head = 0;
  while (head < shorter && word[head] === name[head]) {
    head += 1;
  }
  let tail = 0;
  while (tail < shorter - head && word.at(-1 - tail) === name.at(-1 - tail)) {
    tail += 1;
  }
  return head + tail;
}
