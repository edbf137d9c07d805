import { describeFaults, truncated } from '../support/fault-table.js';

const notAStream = { name: 'ProtocolError', kind: 'protocol', retryable: false };
const unreadable = { name: 'ProtocolError', kind: 'parse', retryable: false };

/** Answers with status 200 that are not what was asked for. */
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
