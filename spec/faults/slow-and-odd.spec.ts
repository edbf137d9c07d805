import { reference } from '../support/fault-server/reference.js';
import { describeFaults, type FaultOutcome } from '../support/fault-table.js';

const contentTypes = [
  'text/event-stream; charset=utf-8',
  'TEXT/EVENT-STREAM',
  'text/plain',
  'application/json',
  'application/octet-stream',
  'application/x-ndjson',
  'text/html',
];

function expectWhole({ message }: FaultOutcome): void {
  expect(message).toMatchObject({
    finishReason: 'tool_calls',
    toolCalls: [{ name: 'look_up', arguments: '{"city":"Zürich","sign":"山🏔"}', complete: true }],
    usage: { totalTokens: 12 },
  });
}

describe('an unusual but whole answer', () => {
  describeFaults(
    [
      { title: 'an ordinary answer', scenario: '/whole', responses: {} },
      { title: 'one byte at a time', scenario: '/drip', responses: {} },
      { title: 'CR and LF in separate packets', scenario: '/crlf', responses: {} },
      ...[1, reference.indexOf('ö') + 1, reference.indexOf('語') + 2, reference.indexOf('🏔') + 3].map((place) => ({
        title: `two packets, cut at byte ${place}`,
        scenario: `/split/${place}`,
      })),
      ...contentTypes.map((type) => ({
        title: `content type ${type}`,
        scenario: `/typed/${encodeURIComponent(type)}`,
      })),
      { title: 'no content type', scenario: '/typed' },
      { title: 'early hints', scenario: '/early-hints' },
      { title: 'HTTP/1.0', scenario: '/http-1.0' },
      { title: 'data after the end on a connection kept open', scenario: '/after-done', responses: {} },
    ].map((fault) => ({ ...fault, also: expectWhole })),
  );
});
