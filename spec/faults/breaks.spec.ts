import { places, referenceText } from '../support/fault-server/reference.js';
import { describeFaults, disconnected, type Fault, type FaultOutcome, truncated } from '../support/fault-table.js';

const texts: Readonly<Record<string, string>> = {
  'before the first chunk': '',
  'in the middle of a chunk': 'Größe: ',
  'in the middle of a character': 'Größe: ',
};

function expectNoCompleteCall({ message }: FaultOutcome): void {
  expect(message?.toolCalls.filter(({ complete }) => complete)).toEqual([]);
}

/** Faults that break the reference answer off at each place. */
function broken(what: string, scenario: string, error: object, isWholeAfterFinish: boolean): readonly Fault[] {
  return Object.keys(places).map((place) => {
    const text = texts[place] ?? referenceText;
    const fault = { title: `${what} ${place}`, scenario: `/${scenario}/${encodeURIComponent(place)}`, text };
    if (place === 'after the finish reason') {
      // Nothing follows the end of a response, which then does not wait for that of its connection.
      return { ...fault, ...(isWholeAfterFinish ? {} : { error }), responses: { error: undefined } };
    }
    const responses =
      place === 'in the middle of a character' || place === 'in the middle of an argument' ? {} : undefined;
    return { ...fault, error, also: expectNoCompleteCall, responses };
  });
}

/**
 * Breaks in an answer with `connection: close`. Node's fetch takes a broken connection for a clean end there, and so
 * does undici when the answer's length is unknown. After the finish reason such an answer is whole.
 */
function announced(how: string): readonly Fault[] {
  return Object.keys(places)
    .filter((place) => place !== 'after the finish reason')
    .map((place) => ({
      title: `${how} with "connection: close" ${place}`,
      scenario: `/${how}/${encodeURIComponent(place)}/last`,
      error: { kind: expect.stringMatching(/^(?:truncated|connection)$/u), retryable: true },
      text: texts[place] ?? referenceText,
      also: expectNoCompleteCall,
    }));
}

describe('an answer that breaks off', () => {
  describeFaults([
    ...broken('a clean end', 'cut', truncated, true),
    ...broken('a clean end of HTTP chunks', 'cut-chunked', truncated, true),
    ...broken('a close of an answer of unknown length', 'close', truncated, true),
    ...broken('a close without the last HTTP chunk', 'unterminated', disconnected, false),
    ...broken('a close inside an HTTP chunk', 'unfinished-chunk', disconnected, false),
    ...broken('a close before the content length', 'short', disconnected, false),
    ...broken('a reset', 'reset', disconnected, false),
    ...['unterminated', 'unfinished-chunk', 'short', 'reset', 'close-reset'].flatMap((how) => announced(how)),
    { title: 'a close instead of an answer', scenario: '/unanswered/close', error: disconnected },
    { title: 'a reset instead of an answer', scenario: '/unanswered/reset', error: disconnected, responses: {} },
    { title: 'a close inside the headers', scenario: '/headless', error: disconnected, responses: {} },
  ]);
});
