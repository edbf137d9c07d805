import { describeFaults, disconnected, type Fault, type FaultOutcome } from '../support/fault-table.js';

const plain: readonly (readonly [status: number, kind: string, retryable: boolean])[] = [
  [400, 'invalid_request', false],
  [401, 'authentication', false],
  [402, 'quota', false],
  [403, 'permission', false],
  [404, 'not_found', false],
  [408, 'timeout', true],
  [409, 'conflict', true],
  [413, 'invalid_request', false],
  [422, 'invalid_request', false],
  [429, 'rate_limit', true],
  [500, 'server', true],
  [502, 'server', true],
  [503, 'server', true],
  [529, 'overloaded', true],
];

function nameOf(status: number): string {
  return status === 429 ? 'RateLimitError' : 'ApiError';
}

function delaysOf({ retries }: FaultOutcome): readonly number[] {
  return retries.map(({ delay }) => delay);
}

const statuses = plain.map(([status, kind, retryable]) => ({
  title: `status ${status}`,
  scenario: `/refuse/${status}`,
  responses: status === 429 || status === 500 ? {} : undefined,
  error: { name: nameOf(status), kind, status, retryable },
}));

const retried = plain.map(([status, kind, retryable]) => ({
  title: `status ${status} for every attempt`,
  scenario: `/refuse/${status}/again`,
  retries: true,
  error: { name: nameOf(status), kind, retryable },
  requests: retryable ? 3 : 1,
}));

const bodies: readonly Fault[] = [
  {
    title: 'a used-up quota with status 429',
    scenario: '/refuse/429/body=quota',
    retries: true,
    error: { name: 'ApiError', kind: 'quota', code: 'insufficient_quota', retryable: false },
  },
  {
    title: 'a used-up quota, and x-should-retry: true',
    scenario: '/refuse/429/body=quota/x-should-retry=true',
    retries: true,
    error: { kind: 'quota', retryable: true },
    requests: 3,
  },
  {
    title: 'status 503, and x-should-retry: false',
    scenario: '/refuse/503/x-should-retry=false',
    retries: true,
    error: { kind: 'server', retryable: false },
  },
  {
    title: 'a web page with status 502',
    scenario: '/refuse/502/body=page',
    error: { name: 'ApiError', kind: 'server', message: expect.not.stringContaining('<') },
    responses: {},
  },
  {
    title: 'status 500 and no body',
    scenario: '/refuse/500/body=empty',
    error: { name: 'ApiError', kind: 'server' },
    responses: {},
  },
];

const recoveries: readonly Fault[] = [
  {
    title: 'status 503 and 529, then an answer',
    scenario: '/sequence/503,529,200',
    responses: {},
    retries: true,
    requests: 3,
    also: (seen) => expect(delaysOf(seen)).toEqual([500, 1000]),
  },
  {
    title: 'status 500 three times, then an answer beyond the retries',
    scenario: '/sequence/500,500,500,200',
    retries: true,
    requests: 3,
    error: { kind: 'server' },
  },
  {
    title: 'status 500, then a final 400',
    scenario: '/sequence/500,400',
    retries: true,
    requests: 2,
    error: { kind: 'invalid_request' },
  },
  {
    title: 'a reset instead of each answer',
    scenario: '/unanswered/reset',
    retries: true,
    requests: 3,
    error: disconnected,
  },
  {
    title: 'a stream that breaks after its first chunk, which is not retried',
    scenario: '/reset/in%20the%20middle%20of%20a%20chunk',
    responses: {},
    retries: true,
    error: disconnected,
    text: 'Größe: ',
  },
  {
    title: 'a stream that ends before its first chunk, each time',
    scenario: '/cut/0',
    responses: {},
    retries: true,
    requests: 3,
    error: { kind: 'truncated' },
  },
];

describe('refusals and retries', () => {
  describeFaults([...statuses, ...retried, ...bodies, ...recoveries]);
});
