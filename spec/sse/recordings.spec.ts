import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cutAt, encode, type Parsed, parsePieces } from './event-pieces.js';
import { readPlainly } from './plain-reading.js';

const folder = join(__dirname, '../../../shared/recordings');
const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.sse')) : [];

/** So many pieces, none of which ends where a line does but by chance. */
const pieceSizes = [1, 2, 7, 61, 1024];

function inPieces(bytes: Uint8Array, size: number): Parsed {
  return parsePieces(
    cutAt(
      bytes,
      Array.from({ length: Math.floor(bytes.length / size) }, (_, piece) => piece * size),
    ),
  );
}

describe('recorded streams', () => {
  it('are parsed like by a plain implementation of the standard, whatever their line ends and pieces', () => {
    for (const name of names) {
      const text = readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n');
      const expected = readPlainly(encode(text));
      expect([name, expected.events.length > 0]).toEqual([name, true]);
      for (const lineEnd of ['\n', '\r\n', '\r']) {
        const bytes = encode(text.replaceAll('\n', lineEnd));
        for (const size of [bytes.length, ...pieceSizes]) {
          expect([name, lineEnd, size, inPieces(bytes, size)]).toEqual([name, lineEnd, size, expected]);
        }
      }
    }
  });
});
