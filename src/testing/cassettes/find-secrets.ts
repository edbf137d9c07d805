import { readDeltas, type Stretch } from './read-deltas.js';
import { joinSpans, type Span } from './spans.js';

/** Stands where a secret stood. */
export const mark = '[redacted]';

/**
 * Finds secrets in a body: as they stand, and spread over the texts of several events, as a model that says a key does,
 * token by token. Where there is one, log probabilities are to become `null`, since they spell it in letters and bytes.
 *
 * @param binary The body, with one character per byte.
 * @param find Finds the secrets that stand in a text.
 */
export function findSecrets(binary: string, find: (text: string) => readonly Span[]): readonly Span[] {
  const standing = find(binary);
  const { texts, logprobs } = readDeltas(binary);
  const spread = [...texts.values()].flatMap((parts) => spansInParts(binary, parts, find));
  const found = [...standing, ...spread];
  const spelled = logprobs.map((stretch) => ({ ...stretch, replacement: 'null' }));
  return joinSpans(found.length === 0 ? found : [...found, ...spelled]);
}

/** Finds secrets in the joined text. The mark stands in the part in which one begins. */
function spansInParts(
  binary: string,
  parts: readonly Stretch[],
  find: (text: string) => readonly Span[],
): readonly Span[] {
  const places: number[] = [];
  const lengths: number[] = [];
  let joined = '';
  for (const { from, to } of parts) {
    const raw = binary.slice(from, to);
    joined += JSON.parse(`"${raw}"`) as string;
    let place = from;
    // Each of these is one character of the text.
    for (const [spelled] of raw.matchAll(/\\u[\da-f]{4}|\\?[^]/giu)) {
      places.push(place);
      lengths.push(spelled.length);
      place += spelled.length;
    }
  }
  const ends = (at: number): number => (places[at] ?? 0) + (lengths[at] ?? 0);
  return find(joined).flatMap(({ from, to }) => {
    const spans: Span[] = [];
    for (let first = from, at = from; at < to; at += 1) {
      if (at + 1 === to || places[at + 1] !== ends(at)) {
        spans.push({ from: places[first] ?? 0, to: ends(at), replacement: first === from ? mark : '' });
        first = at + 1;
      }
    }
    return spans;
  });
}
