import { describeFaults, type Fault, type FaultOutcome } from '../support/fault-table.js';

/** A short deadline, in milliseconds. */
const short = 60;

function missed(deadline: string): object {
  return { name: 'DeadlineError', kind: 'timeout', retryable: true, deadline };
}

function expectAborted({ tally }: FaultOutcome): void {
  expect(tally.aborted).toBe(1);
}

const silent: readonly Omit<Fault, 'open'>[] = [
  {
    title: 'silence before the headers',
    scenario: '/stall/before-headers',
    responses: {},
    options: { deadlines: { headers: short } },
    error: missed('headers'),
  },
  {
    title: 'silence inside the headers',
    scenario: '/stall/inside-headers',
    options: { deadlines: { headers: short } },
    error: missed('headers'),
  },
  {
    title: 'silence before the first chunk',
    scenario: '/stall/0',
    responses: {},
    options: { deadlines: { firstChunk: short } },
    error: missed('firstChunk'),
  },
  {
    title: 'silence after two chunks',
    scenario: '/stall/2',
    responses: {},
    options: { deadlines: { idle: short } },
    error: missed('idle'),
    text: 'Größe: ',
  },
  {
    title: 'silence after the finish reason',
    scenario: '/stall/9',
    options: { deadlines: { idle: short } },
    error: missed('idle'),
    text: 'Größe: 日本語 🚀👩‍🚀',
  },
  {
    title: 'early hints without end',
    scenario: '/hints',
    options: { deadlines: { headers: short } },
    error: missed('headers'),
  },
  {
    title: 'an error body that never ends',
    scenario: '/refuse-and-stall/500',
    responses: {},
    options: { deadlines: { idle: short } },
    error: { name: 'ApiError', kind: 'server', status: 500, retryable: true },
  },
  {
    title: 'an error body that never ends under a total deadline',
    scenario: '/refuse-and-stall/401',
    options: { deadlines: { total: 5 * short } },
    error: { name: 'ApiError', kind: 'authentication', status: 401, retryable: false },
  },
];

const idling: readonly Omit<Fault, 'open'>[] = [
  {
    title: 'comments without end before the first chunk',
    scenario: '/idle/comments/0',
    responses: {},
    options: { deadlines: { firstChunk: short } },
    error: missed('firstChunk'),
  },
  {
    title: 'comments without end after two chunks',
    scenario: '/idle/comments/2',
    responses: {},
    options: { deadlines: { idle: short } },
    error: missed('idle'),
    text: 'Größe: ',
  },
  ...['one-comment', 'space', 'empty-events', 'pings'].map((what) => ({
    title: `${what} without end before the first chunk`,
    scenario: `/idle/${what}/0`,
    options: { deadlines: { firstChunk: short } },
    error: missed('firstChunk'),
  })),
  ...['one-comment', 'empty-events', 'pings'].map((what) => ({
    title: `${what} without end after two chunks`,
    scenario: `/idle/${what}/2`,
    options: { deadlines: { idle: short } },
    error: missed('idle'),
    text: 'Größe: ',
    responses: what === 'pings' ? {} : undefined,
  })),
  {
    title: 'comments without end under a total deadline',
    scenario: '/idle/comments/3',
    responses: {},
    options: { deadlines: { total: 5 * short } },
    error: missed('total'),
    text: 'Größe: 日本語 ',
  },
];

describe('deadlines of a silent server', () => {
  describeFaults([
    ...silent.map((fault) => ({ ...fault, open: 'silent' as const, also: expectAborted })),
    ...idling.map((fault) => ({ ...fault, open: 'idling' as const, also: expectAborted })),
    {
      title: 'silence before the headers, three times',
      scenario: '/stall/before-headers/again',
      open: 'silent',
      options: { deadlines: { headers: short } },
      retries: true,
      requests: 3,
      error: missed('headers'),
    },
  ]);
});
