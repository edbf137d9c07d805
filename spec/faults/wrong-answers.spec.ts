import { describeFaults, disconnected, truncated } from '../support/fault-table.js';

const notAStream = { name: 'ProtocolError', kind: 'protocol', retryable: false };
const unreadable = { name: 'ProtocolError', kind: 'parse', retryable: false };

describe('a wrong answer', () => {
  describeFaults([
    { title: 'a web page', scenario: '/answer/page', error: notAStream },
    {
      title: 'a web page with the content type of an event stream',
      scenario: '/answer/page-as-events',
      error: notAStream,
    },
    { title: 'plain text', scenario: '/answer/text', error: notAStream },
    { title: 'other JSON', scenario: '/answer/json', error: notAStream },
    { title: 'JSON that breaks off', scenario: '/answer/broken-json', error: unreadable },
    { title: 'a whole completion instead of a stream', scenario: '/answer/completion', text: 'Whole' },
    {
      title: 'an error as JSON',
      scenario: '/answer/error',
      error: { name: 'StreamError', kind: 'rate_limit', code: 'rate_limit_exceeded', retryable: true },
    },
    { title: 'an answer in another protocol', scenario: '/head/other-protocol', error: disconnected },
    { title: 'an answer with two lengths', scenario: '/head/two-lengths', error: disconnected },
    { title: 'an answer whose length is not a number', scenario: '/head/bad-length', error: disconnected },
    { title: 'an upgrade to another protocol', scenario: '/head/upgrade', error: disconnected },
    { title: 'headers without end', scenario: '/endless-headers', error: disconnected },
    { title: 'status 204', scenario: '/no-content', error: truncated },
    { title: 'an empty answer', scenario: '/answer/empty', error: truncated },
    { title: 'only [DONE]', scenario: '/answer/only-done', text: '' },
    { title: 'an event that is not JSON', scenario: '/answer/nonsense', error: unreadable, text: 'Hel' },
    {
      title: 'an error inside the stream',
      scenario: '/answer/error-frame',
      error: { name: 'StreamError', kind: 'server', code: '503', retryable: true },
      text: 'Hel',
    },
  ]);
});
