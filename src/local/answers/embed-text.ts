/** English words that say little of what a text is about. */
const commonWords = new Set(
  (
    'a about an and any are as at be but by can do does for from has have how i if in into is it its me my no not of on or so ' +
    'than that the their them then there these they this to was what when where which who why will with you your'
  ).split(' '),
);

/** How many numbers of a vector each word changes. More make unrelated texts look alike, fewer related ones unlike. */
const spread = 4;

/**
 * Makes a vector of length 1 from the hashes of a text's words and of their parts of three letters. Texts that share words,
 * or forms of words, have similar vectors; texts that only mean the same do not.
 */
export function embedText(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  const add = (feature: string, weight: number): void => {
    for (let round = 0; round < spread; round += 1) {
      const hash = hashOf(feature, round);
      const index = hash % dimensions;
      vector[index] = (vector[index] ?? 0) + (hash >= 2 ** 31 ? weight : -weight);
    }
  };
  for (const [word, count] of countWords(text)) {
    const weight = (1 + Math.log(count)) * (commonWords.has(word) ? 0.1 : 1);
    const marked = `^${word}$`;
    const parts = marked.length - 2;
    add(word, weight);
    for (let start = 0; start < parts; start += 1) {
      add(`#${marked.slice(start, start + 3)}`, (0.5 * weight) / Math.sqrt(parts));
    }
  }
  let length = lengthOf(vector);
  if (length === 0) {
    // A text without words, or whose words cancel out.
    vector[hashOf(text, spread) % dimensions] = 1;
    length = 1;
  }
  return vector.map((value) => value / length);
}

/** Counts the words of a text in lower case, `rateLimit` as two. */
function countWords(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of text
    .replaceAll(/(?<=\p{Ll})(?=\p{Lu})/gu, ' ')
    .toLowerCase()
    .matchAll(/[\p{L}\p{M}\p{N}]+/gu)) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

function lengthOf(vector: Float32Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}

/** Hashes a text to 32 bits: FNV-1a, then the last steps of MurmurHash3, without which similar texts have similar hashes. */
function hashOf(text: string, seed: number): number {
  let hash = 0x811c9dc5 ^ Math.imul(seed, 0x9e3779b9);
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
