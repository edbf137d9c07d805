import { describeFaults } from '../support/fault-table.js';

const codings = ['gzip', 'deflate', 'br'];
const unknown = { name: 'ProtocolError', kind: 'protocol', retryable: false };

describeFaults([
  ...codings.map((coding) => ({ title: `an answer in ${coding}`, scenario: `/encoded/${coding}` })),
  ...codings.map((coding) => ({
    title: `an answer in ${coding} that was cut short`,
    scenario: `/encoded-cut/${coding}`,
    // Fetch takes such an end for a clean one, undici for a broken connection.
    error: { kind: expect.stringMatching(/^(?:truncated|connection)$/u), retryable: true },
    text: 'Größe: 日本語 ',
  })),
  ...codings.map((coding) => ({
    title: `an answer in ${coding} that is corrupt`,
    scenario: `/encoded-corrupt/${coding}`,
    options: { deadlines: { idle: 200 } },
    // Fetch may never tell, so that a deadline must.
    error: { kind: expect.stringMatching(/^(?:timeout|connection)$/u), retryable: true },
    text: 'Größe: 日本語 ',
  })),
  ...codings.map((coding) => ({
    title: `an answer that is said to be ${coding}, and is not`,
    scenario: `/encoded-not/${coding}`,
    error: { name: 'ConnectionError', kind: 'connection', retryable: true },
  })),
  ...['compress', 'rot13', 'gzip, rot13'].map((coding) => ({
    title: `an answer in ${coding}, which nobody asked for`,
    scenario: `/encoded-not/${encodeURIComponent(coding)}`,
    error: unknown,
  })),
  { title: 'an answer in zstd, which nobody asked for', scenario: '/zstd', error: unknown },
  ...['zstd', 'dcb', 'dcz'].flatMap((coding) => [
    { title: `an answer that is said to be ${coding}, and is plain`, scenario: `/encoded-not/${coding}` },
    {
      title: `a refusal that is said to be ${coding}, and is plain`,
      scenario: `/refuse-encoded-not/${coding}`,
      error: { kind: 'rate_limit', message: '429 Slow down' },
    },
  ]),
  {
    title: 'a refusal that is said to be rot13',
    scenario: '/refuse-encoded-not/rot13',
    error: { kind: 'rate_limit', message: expect.not.stringContaining('Slow') as unknown },
  },
]);
