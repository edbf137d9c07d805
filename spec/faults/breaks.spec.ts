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

/** One row for each place of the reference. However it ends behind the finish reason, the answer is whole. */
function broken(what: string, scenario: string, error: object, parameter = ''): readonly Fault[] {
  return Object.keys(places).map((place) => {
    const text = texts[place] ?? referenceText;
    const fault = {
      title: `${what} ${place}`,
      scenario: `/${scenario}/${encodeURIComponent(place)}${parameter}`,
      text,
    };
    return place === 'behind the finish reason' ? fault : { ...fault, error, also: expectNoCompleteCall };
  });
}

/**
 * Where an answer is the last on its connection, Node's fetch takes a broken connection for a clean end, and undici does
 * where the answer's length is not told either.
 */
function announced(how: string): readonly Fault[] {
  const either = { kind: expect.stringMatching(/^(?:truncated|connection)$/u), retryable: true };
  return broken(`${how}, announced to be the last,`, how, either, '/last');
}

describeFaults([
  ...broken('a clean end', 'cut', truncated),
  ...broken('a clean end of HTTP chunks', 'cut-chunked', truncated),
  ...broken('a close that may be the end', 'close', truncated),
  ...broken('a close without the last HTTP chunk', 'unterminated', disconnected),
  ...broken('a close inside an HTTP chunk', 'unfinished-chunk', disconnected),
  ...broken('a close before the content length', 'short', disconnected),
  ...broken('a reset', 'reset', disconnected),
  ...['unterminated', 'unfinished-chunk', 'short', 'reset', 'close-reset'].flatMap((how) => announced(how)),
  { title: 'a close instead of an answer', scenario: '/unanswered/close', error: disconnected },
  { title: 'a reset instead of an answer', scenario: '/unanswered/reset', error: disconnected },
  { title: 'a close inside the headers', scenario: '/headless', error: disconnected },
]);
