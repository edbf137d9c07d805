import { EMPTY, type Observable } from 'rxjs';
import * as z from 'zod/mini';
import {
  accumulateMessage,
  accumulateView,
  arrayItems,
  coalesceText,
  converse,
  createRetryBudget,
  fallback,
  hedge,
  limitRate,
  measure,
  moderated,
  passesModeration,
  raceToFirstText,
  retryOnRateLimit,
  retryTransient,
  runTools,
  smoothText,
  throttleRender,
  toAsyncIterable,
  toMessage,
  withDeadlines,
} from '../../src/index.js';
import { fakeClient } from '../../src/testing/index.js';

type Call = (config: object) => unknown;

const hedging = { after: 1 };
const conversing = { request: { model: 'm-1' } };
const running = { request: { model: 'm-1', messages: [{ role: 'user', content: 'Hi' }] }, tools: [] } as const;
const source: Observable<string> = EMPTY;

const calls: readonly (readonly [name: string, call: Call, known: string])[] = [
  [
    'retryTransient',
    retryTransient,
    'count, maxDelay, initialDelay, backoffLimit, when, notify, restart, budget, scheduler, random',
  ],
  [
    'retryOnRateLimit',
    retryOnRateLimit,
    'count, maxDelay, initialDelay, backoffLimit, when, notify, restart, budget, scheduler, random',
  ],
  ['withDeadlines', withDeadlines, 'firstChunk, idle, total, scheduler'],
  ['smoothText', smoothText, 'unit, interval, maxLag, flush, locale, scheduler'],
  ['moderated', (config) => moderated(() => true, config), 'window, context'],
  ['passesModeration', (config) => passesModeration(fakeClient(EMPTY), config), 'model'],
  ['hedge', (config) => hedge(source, { ...hedging, ...config }), 'after, max, scheduler'],
  ['fallback', (config) => fallback([source], config), 'when'],
  ['toAsyncIterable', (config) => toAsyncIterable(source, config), 'bufferSize, overflow'],
  ['accumulateMessage', (config) => accumulateMessage(0, config), 'toolCalls'],
  ['toMessage', (config) => toMessage(0, config), 'toolCalls'],
  ['arrayItems', (config) => arrayItems(z.unknown(), config), 'path'],
  ['accumulateView', accumulateView, 'choice, retry, toolCalls'],
  ['createRetryBudget', createRetryBudget, 'capacity, cost, refund'],
  [
    'limitRate',
    (config) => limitRate({ requests: 1, ...config }),
    'requests, tokens, window, concurrency, store, key, estimate, maxDelay, notify, scheduler',
  ],
  [
    'converse',
    (config) => converse(fakeClient(EMPTY), { ...conversing, ...config }),
    'api, request, system, policy, history, turns, retry, createId, scheduler, tools, maxTurns, concurrency, toolCalls, approve, timeout, resultCharacters',
  ],
  [
    'runTools',
    (config) => runTools(fakeClient(EMPTY), { ...running, ...config }),
    'api, request, tools, maxTurns, concurrency, toolCalls, approve, timeout, resultCharacters, retry, scheduler',
  ],
];

describe('operator arguments', () => {
  describe.each(calls)('the configuration of %s', (name, call, known) => {
    it('lists the known fields if a field is misspelt', () => {
      expect(() => call({ maxRetry: 3 })).toThrow(
        new TypeError(`Unknown field "maxRetry" in the configuration of ${name}; known: ${known}`),
      );
    });

    it('names the right spelling of a field', () => {
      const field = known.split(', ').at(-1)!;

      expect(() => call({ [field.toUpperCase()]: 3 })).toThrow(
        new TypeError(`Unknown field "${field.toUpperCase()}" in the configuration of ${name}; use ${field}`),
      );
    });
  });

  it('rejects a misspelt field of retry in accumulateView', () => {
    const retry = { retries: 3 } as object;

    expect(() => accumulateView({ retry })).toThrow('Unknown field "retries"');
    expect(() => converse(fakeClient(EMPTY), { ...conversing, retry })).toThrow('Unknown field "retries"');
  });

  describe.each<[string, (scheduler: never) => unknown]>([
    ['coalesceText', (scheduler) => coalesceText(5, scheduler)],
    ['throttleRender', (scheduler) => throttleRender(5, scheduler)],
    ['measure', (scheduler) => measure(() => undefined, scheduler)],
    ...calls
      .filter(([, , known]) => known.includes('scheduler'))
      .map(
        ([name, call]) => [name, (scheduler: never) => call({ scheduler })] as [string, (scheduler: never) => unknown],
      ),
  ])('the scheduler of %s', (_, call) => {
    it.each([[{}], [null], [{ schedule: () => undefined }], [{ now: () => 0 }], [5]])('is not %p', (scheduler) => {
      expect(() => call(scheduler as never)).toThrow(TypeError);
      expect(() => call(scheduler as never)).toThrow('scheduler must be an rxjs scheduler');
    });
  });

  describe('an invalid source', () => {
    it.each<[string, () => unknown, string]>([
      ['raceToFirstText', () => raceToFirstText([source, 5 as never]), 'sources[1]'],
      ['fallback', () => fallback([null as never, source]), 'sources[0]'],
      ['hedge', () => hedge({} as never, hedging), 'source'],
    ])('is rejected by %s, which names it', (_, call, place) => {
      expect(call).toThrow(TypeError);
      expect(call).toThrow(`${place} must be an Observable, or something rxjs can convert to one`);
    });
  });
});
