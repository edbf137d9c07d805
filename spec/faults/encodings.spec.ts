import { describeFaults } from '../support/fault-table.js';

const encodings = ['gzip', 'deflate', 'br'];
const unknownEncodings = ['none', 'UTF-8', 'chunked', 'dcb', 'dcz', 'compress', 'rot13', 'gzip, rot13'];
const compressed = {
  name: 'ProtocolError',
  kind: 'protocol',
  retryable: false,
  message: expect.stringContaining('compressed') as unknown,
};

describe('a client reading content encodings', () => {
  describeFaults([
    ...encodings.map((encoding) => ({
      title: `an answer in ${encoding}`,
      scenario: `/encoded/${encoding}`,
      responses: {},
    })),
    ...encodings.map((encoding) => ({
      title: `an answer in ${encoding} that was cut short`,
      scenario: `/encoded-cut/${encoding}`,
      // fetch takes this for a normal end, undici for a broken connection.
      error: { kind: expect.stringMatching(/^(?:truncated|connection)$/u) as unknown, retryable: true },
      text: 'Größe: 日本語 ',
      responses: encoding === 'gzip' ? {} : undefined,
    })),
    ...encodings.map((encoding) => ({
      title: `an answer in ${encoding} that is corrupt`,
      scenario: `/encoded-corrupt/${encoding}`,
      options: { deadlines: { idle: 200 } },
      // fetch may wait forever, so that only the deadline ends the stream.
      error: { kind: expect.stringMatching(/^(?:timeout|connection)$/u) as unknown, retryable: true },
      text: 'Größe: 日本語 ',
      responses: encoding === 'gzip' ? {} : undefined,
    })),
    ...encodings.map((encoding) => ({
      title: `an answer that is declared as ${encoding}, and is plain`,
      scenario: `/encoded-not/${encoding}`,
      error: { name: 'ConnectionError', kind: 'connection', retryable: true },
      responses: encoding === 'gzip' ? {} : undefined,
    })),
    // From Node 24 on, fetch decodes zstd.
    ...['encoded-binary', 'encoded-text'].map((scenario) => ({
      title: `an answer declared as zstd that is not: ${scenario}`,
      scenario: `/${scenario}/zstd`,
      error: { kind: expect.stringMatching(/^(?:protocol|connection)$/u) as unknown },
    })),
    ...unknownEncodings.flatMap((encoding) => [
      {
        title: `an answer that is declared as ${encoding}, and is plain`,
        scenario: `/encoded-not/${encodeURIComponent(encoding)}`,
      },
      {
        title: `an error that is declared as ${encoding}, and is plain`,
        scenario: `/refuse-encoded-not/${encodeURIComponent(encoding)}`,
        error: { kind: 'rate_limit', message: '429 Slow down' },
      },
      {
        title: `other text that is declared as ${encoding}`,
        scenario: `/encoded-text/${encodeURIComponent(encoding)}`,
        error: { name: 'ProtocolError', kind: 'protocol', retryable: false },
      },
      {
        title: `binary data declared as ${encoding}`,
        scenario: `/encoded-binary/${encodeURIComponent(encoding)}`,
        error: compressed,
        responses: encoding === 'rot13' ? {} : undefined,
      },
      {
        title: `an error with binary data declared as ${encoding}`,
        scenario: `/refuse-encoded-binary/${encodeURIComponent(encoding)}`,
        error: { kind: 'rate_limit', message: '429 The server gave no reason' },
      },
    ]),
  ]);
});
