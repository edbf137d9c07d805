import { describeFaults, disconnected, type Fault, truncated } from '../support/fault-table.js';

const notAStream = { name: 'ProtocolError', kind: 'protocol', retryable: false };
const unreadable = { name: 'ProtocolError', kind: 'parse', retryable: false };

/** Answers that an HTTP parser refuses. A second request would be refused, too, and paid for. */
const malformed: readonly Fault[] = [
  ['an answer in another protocol', '/head/other-protocol'],
  ['a content length before HTTP chunks', '/head/two-lengths'],
  ['HTTP chunks before a content length', '/head/two-lengths-reversed'],
  ['an answer whose length is not a number', '/head/bad-length'],
  ['a header of 20 KiB', '/head/long-header'],
  ['headers without end', '/endless-headers'],
].map(([title = '', scenario = '']) => ({
  title,
  scenario,
  responses: scenario === '/head/other-protocol' ? {} : undefined,
  retries: true,
  error: {
    name: 'ProtocolError',
    kind: 'protocol',
    retryable: false,
    message: expect.stringContaining('HTTP') as unknown,
  },
}));

describe('a wrong answer', () => {
  describeFaults([
    ...malformed,
    {
      title: 'an HTTP chunk whose size is not a number',
      scenario: '/bad-chunk',
      retries: true,
      responses: {},
      error: { name: 'ProtocolError', kind: 'protocol', retryable: false },
      text: 'Größe: ',
    },
    { title: 'a web page', scenario: '/answer/page', responses: {}, error: notAStream },
    {
      title: 'a web page with the content type of an event stream',
      scenario: '/answer/page-as-events',
      responses: {},
      error: notAStream,
    },
    { title: 'plain text', scenario: '/answer/text', responses: {}, error: notAStream },
    { title: 'other JSON', scenario: '/answer/json', responses: {}, error: notAStream },
    { title: 'JSON that breaks off', scenario: '/answer/broken-json', responses: {}, error: unreadable },
    { title: 'a whole completion instead of a stream', scenario: '/answer/completion', responses: {}, text: 'Whole' },
    {
      title: 'an error as JSON',
      scenario: '/answer/error',
      responses: {},
      error: { name: 'StreamError', kind: 'rate_limit', code: 'rate_limit_exceeded', retryable: true },
    },
    { title: 'an upgrade to another protocol', scenario: '/head/upgrade', error: disconnected },
    { title: 'status 204', scenario: '/no-content', responses: {}, error: truncated },
    { title: 'an empty answer', scenario: '/answer/empty', responses: {}, error: truncated },
    { title: 'only [DONE]', scenario: '/answer/only-done', text: '', responses: { error: truncated } },
    { title: 'an event that is not JSON', scenario: '/answer/nonsense', error: unreadable, text: 'Hel', responses: {} },
    {
      title: 'an error inside the stream',
      scenario: '/answer/error-frame',
      responses: {},
      error: { name: 'StreamError', kind: 'server', code: '503', retryable: true },
      text: 'Hel',
    },
  ]);
});
