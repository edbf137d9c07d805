import { inAddressAlphabet, type Needle, shortestPart } from './needles.js';
import { type PlainText, readPlain } from './plain-text.js';

/** A part of a text. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Where in a text secrets stand, in order, without overlaps. */
export function findSecrets(original: string, needles: readonly Needle[]): readonly Span[] {
  const read = readPlain(original);
  const haystacks = haystacksOf(original, read);
  return joined(
    needles.flatMap((needle) =>
      spansOf(needle, haystacks[needle.place], needle.place === 'original' ? itself : boundsIn(read)),
    ),
  );
}

/** Where half a secret begins at the end of a text that was cut; `undefined` where there is none. */
export function findCutSecret(original: string, needles: readonly Needle[]): number | undefined {
  const longest = needles.reduce((length, { text }) => Math.max(length, text.length), 0);
  const from = Math.max(0, original.length - longest * longestSpelling);
  const tail = original.slice(from);
  for (const text of [tail, tail.replace(halfSpelling, '')]) {
    const read = readPlain(text);
    const haystacks = haystacksOf(text, read);
    const lengths = needles.map((needle) => cutLength(haystacks[needle.place], needle.text));
    const start = read.starts[read.text.length - Math.max(0, ...lengths)];
    if (start !== undefined) {
      return from + start;
    }
  }
  return undefined;
}

/** The most characters with which one character is commonly spelled. */
const longestSpelling = 12;
/** What a cut leaves of one character's spelling. */
const halfSpelling = /(?:\\{1,15}(?:u[\da-f]{0,3})?|%(?:25){0,3}[\da-f]?|&(?:#(?:x[\da-f]{0,6}|\d{0,7}))?)$/iu;

function haystacksOf(original: string, { text }: PlainText): Readonly<Record<Needle['place'], string>> {
  return { original, plain: text, base64: inAddressAlphabet(text) };
}

type Bounds = (from: number, to: number) => Span;

const itself: Bounds = (from, to) => ({ from, to });

function boundsIn({ starts, ends }: PlainText): Bounds {
  return (from, to) => ({ from: starts[from] ?? 0, to: ends[to - 1] ?? 0 });
}

function spansOf({ text, isShort }: Needle, haystack: string, boundsOf: Bounds): readonly Span[] {
  const spans: Span[] = [];
  let place = haystack.indexOf(text);
  while (place !== -1) {
    const end = place + text.length;
    if (!isShort || !(isWordCharacter(haystack[place - 1]) || isWordCharacter(haystack[end]))) {
      spans.push(boundsOf(place, end));
    }
    place = haystack.indexOf(text, end);
  }
  return spans;
}

function isWordCharacter(character = ''): boolean {
  return /[a-z0-9]/u.test(character);
}

function joined(spans: readonly Span[]): readonly Span[] {
  const apart: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const last = apart.at(-1);
    if (last !== undefined && span.from < last.to) {
      apart[apart.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    } else {
      apart.push(span);
    }
  }
  return apart;
}

/** How much of a secret's beginning stands at the end of a text; 0 for what is too little to tell. */
function cutLength(text: string, secret: string): number {
  const last = text.at(-1);
  for (let length = Math.min(secret.length - 1, text.length); length >= shortestPart; length -= 1) {
    if (secret[length - 1] === last && text.endsWith(secret.slice(0, length))) {
      return length;
    }
  }
  return 0;
}
