/** A text with all that JSON, addresses and pages spell in another way read as what it stands for. */
export interface PlainText {
  /** Bytes of UTF-8 as characters, in lower case. */
  readonly text: string;
  /** Where in the original the spelling of each character begins and ends. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/**
 * `/` is `\/` or `\u002f` in JSON, `%2f` in an address, `%252f` in an address within another, and `&#47;`, `&#x2f;` or
 * `&sol;` in a page. Each repetition is bounded, so that no text is searched anew from each of its characters.
 */
const spelling =
  /\\{1,15}(?:u([\da-f]{4})|([^\\]))?|%(?:25){0,3}([\da-f]{2})|&#x0{0,6}([\da-f]{1,6});|&#0{0,6}(\d{1,7});|&([a-z]{2,7});|[\u{80}-\u{10ffff}]/giu;

const entities: ReadonlyMap<string, string> = new Map([
  ['quot', '"'],
  ['amp', '&'],
  ['apos', "'"],
  ['lt', '<'],
  ['gt', '>'],
  ['sol', '/'],
  ['plus', '+'],
  ['equals', '='],
  ['lowbar', '_'],
]);

/** Reads a text in time that grows with its length alone. */
export function readPlain(text: string): PlainText {
  const pieces: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  let read = 0;
  const addRun = (end: number): void => {
    pieces.push(text.slice(read, end));
    for (let place = read; place < end; place += 1) {
      starts.push(place);
      ends.push(place + 1);
    }
    read = end;
  };
  for (const match of text.matchAll(spelling)) {
    addRun(match.index);
    read += match[0].length;
    for (const character of meaningOf(match)) {
      pieces.push(character);
      starts.push(match.index);
      ends.push(read);
    }
  }
  addRun(text.length);
  return { text: pieces.join('').toLowerCase(), starts, ends };
}

/** The bytes that one spelling stands for. */
function meaningOf([whole, unit, escaped, byte, hex, decimal, entity]: RegExpMatchArray): string {
  const code = unit ?? hex;
  if (byte !== undefined) {
    return String.fromCharCode(parseInt(byte, 16));
  }
  if (code !== undefined || decimal !== undefined) {
    return bytesOf(String.fromCodePoint(Math.min(code === undefined ? Number(decimal) : parseInt(code, 16), 0x10ffff)));
  }
  if (entity !== undefined) {
    return entities.get(entity.toLowerCase()) ?? whole;
  }
  return whole.startsWith('\\') ? bytesOf(escaped ?? '') : bytesOf(whole);
}

function bytesOf(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
}
