import { Dice } from '../support/dice.js';

/** The text of an answer that is asked for. */
export interface Words {
  readonly seed: number;
  readonly count: number;
  /** Milliseconds from one word to the next. */
  readonly pace: number;
}

const alphabets = ['abcdefghij', 'äöüßéèêñçø', '日本語文字列の例え', ' \n\t"\\\'/{}:'];

/** Creates the words of an answer, each with its number, so that no word is like another. */
export function createWords({ seed, count }: Words): readonly string[] {
  const dice = new Dice(seed);
  return Array.from({ length: count }, (_, place) => {
    const letters = Array.from({ length: 1 + dice.below(12) }, () => dice.pick([...dice.pick(alphabets)]));
    return `${place}:${letters.join('')}${dice.chance(0.1) ? '🙂' : ''} `;
  });
}

/** Writes what is wanted as a request, which {@link readWords} reads. */
export function askForWords(words: Words) {
  return { model: 'small', messages: [{ role: 'user' as const, content: JSON.stringify(words) }] };
}

/** Reads what the body of a request asks for. */
export function readWords(body: string): Words {
  const { messages } = JSON.parse(body) as ReturnType<typeof askForWords>;
  return JSON.parse(messages[0]!.content) as Words;
}
