import { describeFaults, disconnected, truncated } from '../support/fault-table.js';

const notAStream = { name: 'ProtocolError', kind: 'protocol', retryable: false };
const unreadable = { name: 'ProtocolError', kind: 'parse', retryable: false };

/** Answers that are no error and not what was asked for. */
describeFaults([
  { title: 'a web page', scenario: '/answer/page', error: notAStream },
  { title: 'a web page that is said to be an event stream', scenario: '/answer/page-as-events', error: notAStream },
  { title: 'a text', scenario: '/answer/text', error: notAStream },
  { title: 'JSON of something else', scenario: '/answer/json', error: notAStream },
  { title: 'JSON that breaks off', scenario: '/answer/broken-json', error: unreadable },
  { title: 'a whole completion instead of a stream', scenario: '/answer/completion', text: 'Whole' },
  {
    title: 'an error as JSON',
    scenario: '/answer/error',
    error: { name: 'StreamError', kind: 'rate_limit', code: 'rate_limit_exceeded', retryable: true },
  },
  { title: 'an answer in another protocol than HTTP', scenario: '/head/other-protocol', error: disconnected },
  { title: 'an answer of two lengths', scenario: '/head/two-lengths', error: disconnected },
  { title: 'an answer of a length that is no number', scenario: '/head/bad-length', error: disconnected },
  { title: 'an upgrade to another protocol', scenario: '/head/upgrade', error: disconnected },
  { title: 'headers without end', scenario: '/endless-headers', error: disconnected },
  { title: 'no content, with status 204', scenario: '/no-content', error: truncated },
  { title: 'nothing', scenario: '/answer/empty', error: truncated },
  { title: 'only the end mark', scenario: '/answer/only-done', text: '' },
  { title: 'an event that is not JSON', scenario: '/answer/nonsense', error: unreadable, text: 'Hel' },
  {
    title: 'an error inside the stream',
    scenario: '/answer/error-frame',
    error: { name: 'StreamError', kind: 'server', code: '503', retryable: true },
    text: 'Hel',
  },
]);
