/** How many letters in the middle of a word may be mistaken, left out or too many. */
const mostWrong = 2;

/** The name that somebody may have meant by a word that is none: the most like it, if any is like it at all. */
export function nearMiss(word: string, names: readonly string[]): string | undefined {
  const [nearest] = names
    .filter((name) => isLike(word, name))
    .sort((one, other) => sharedLetters(word, other) - sharedLetters(word, one));
  return nearest;
}

function isLike(word: string, name: string): boolean {
  const longer = Math.max(word.length, name.length);
  const shared = sharedLetters(word, name);
  return (word.length > 2 && name.includes(word)) || (shared >= longer - mostWrong && shared > longer / 2);
}

/** How many letters two words share at the beginning and at the end. */
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
