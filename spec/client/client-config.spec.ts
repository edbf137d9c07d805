import type { ClientConfig, RequestOptions } from '../../src/client/client-config.js';
import { createClient as createWebClient } from '../../src/index.js';
import { createClient } from '../../src/index.node.js';
import { chatRequest, fakeTransport } from '../support/answers.js';

const unknownKeys = [
  ['maxRetries', 'retryTransient'],
  ['retry', 'retryTransient'],
  ['timeout', 'deadlines'],
  ['defaultHeaders', 'headers'],
  ['defaultQuery', 'query'],
  ['fetch', 'fetchTransport'],
  ['fetchOptions', 'fetchTransport'],
  ['dispatcher', 'undiciTransport'],
  ['httpAgent', 'undiciTransport'],
  ['signal', 'unsubscribe'],
  ['baseUrl', 'baseURL'],
  ['api_key', 'apiKey'],
  ['token', 'apiKey'],
  ['typo', 'known: apiKey, baseURL'],
  ['__proto__ ', 'known: apiKey, baseURL'],
] as const;

const malformed: readonly (readonly [string, unknown])[] = [
  ['apiKey', 7],
  ['apiKey', null],
  ['apiKey', {}],
  ['baseURL', ''],
  ['baseURL', 7],
  ['baseURL', new URL('http://server.test')],
  ['organization', ''],
  ['organization', 7],
  ['project', null],
  ['headers', 'x-mine: yes'],
  ['headers', { 'x-mine': 7 }],
  ['headers', { 'x-mine': undefined }],
  ['headers', []],
  ['headers', null],
  ['query', { n: 1 }],
  ['transport', {}],
  ['interceptors', () => undefined],
  ['interceptors', [undefined]],
  ['deadlines', 1000],
  ['limits', []],
  ['redirects', true],
  ['redirects', 'follow'],
  ['resume', true],
  ['resume', null],
  ['resume', 5],
  ['onUnsubscribe', true],
  ['onUnsubscribe', 'cancel'],
  ['scheduler', { schedule: () => undefined }],
  ['scheduler', {}],
  ['scheduler', 'async'],
  ['dangerouslyAllowBrowser', 'yes'],
];

const malformedNumbers: readonly (readonly [string, string, unknown])[] = [
  ['deadlines', 'headers', 0],
  ['deadlines', 'firstChunk', -1],
  ['deadlines', 'idle', NaN],
  ['deadlines', 'total', '10'],
  ['deadlines', 'total', null],
  ['limits', 'eventBytes', 0],
  ['limits', 'answerBytes', 0],
  ['limits', 'errorBodyBytes', -1],
  ['limits', 'choices', NaN],
  ['limits', 'toolCalls', '8'],
];

/** The places that take these fields. */
const places: readonly (readonly [string, (config: object) => unknown])[] = [
  ['createClient for Node', (config) => createClient(config)],
  ['createClient for the web', (config) => createWebClient(config)],
  ['chat', (options) => quietClient().chat(chatRequest, options)],
  ['models', (options) => quietClient().models(options)],
];

function quietClient(): ReturnType<typeof createClient> {
  return createClient({ transport: fakeTransport().transport });
}

/** The TypeError that a call throws. */
function mistakeIn(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as TypeError).message;
  }
  throw new Error('nothing was thrown');
}

describe('client configuration', () => {
  describe.each(places)('%s', (_place, configure) => {
    it.each(unknownKeys)('rejects %s, and points to %s', (key, hint) => {
      const message = mistakeIn(() => configure({ [key]: 'some-value' }));

      expect(message).toContain(`"${key}"`);
      expect(message).toContain(hint);
      expect(message).not.toContain('some-value');
    });

    it.each(malformed)('rejects an invalid %s: %p', (field, value) => {
      expect(mistakeIn(() => configure({ [field]: value }))).toMatch(new RegExp(`^${field} must be .{5}`, 'u'));
    });

    it.each(malformedNumbers)('rejects an invalid %s.%s: %p', (group, field, value) => {
      expect(mistakeIn(() => configure({ [group]: { [field]: value } }))).toMatch(
        new RegExp(`^${group}\\.${field} must be .*positive`, 'u'),
      );
    });

    it.each([
      ['count', -1, 'a whole number, 0 or more, or Infinity'],
      ['count', 1.5, 'a whole number, 0 or more, or Infinity'],
      ['count', NaN, 'a whole number, 0 or more, or Infinity'],
      ['count', '5', 'a whole number, 0 or more, or Infinity'],
      ['maxDelay', -1, 'a number of milliseconds, 0 or more, or Infinity'],
      ['maxDelay', '1s', 'a number of milliseconds, 0 or more, or Infinity'],
      ['notify', 'yes', 'a function or an observer'],
      ['random', 0.5, 'a function'],
    ])('rejects an invalid resume.%s: %p', (field, value, expected) => {
      expect(mistakeIn(() => configure({ resume: { [field]: value } }))).toBe(`resume.${field} must be ${expected}`);
    });

    it.each([
      [false],
      [{}],
      [{ count: 0, maxDelay: Infinity, notify: {}, random: Math.random }],
      [{ count: Infinity }],
    ])('takes %p for resume', (resume) => {
      expect(() => configure({ resume, onUnsubscribe: 'leave' })).not.toThrow();
    });

    it.each([
      ['resume', 'count, maxDelay, notify, random'],
      ['deadlines', 'headers, firstChunk, idle, total'],
      ['limits', 'eventBytes, answerBytes, errorBodyBytes, choices, toolCalls'],
    ])('rejects an unknown field of %s', (group, known) => {
      const message = mistakeIn(() => configure({ [group]: { typo: 1 } }));

      expect(message).toContain('"typo"');
      expect(message).toContain(known);
    });

    it.each([[null], ['http://server.test'], [[]], [7]])('rejects %p instead of an object', (config) => {
      expect(mistakeIn(() => configure(config as unknown as object))).toContain('object');
    });

    it('ignores fields that are undefined', () => {
      const fields = malformed.map(([field]) => [field, undefined] as const);
      const groups = { deadlines: { idle: undefined }, limits: { choices: undefined }, resume: { count: undefined } };

      expect(() => configure({ ...Object.fromEntries(fields), ...groups })).not.toThrow();
    });

    it('takes Infinity for a deadline or limit', () => {
      const deadlines = { headers: Infinity, firstChunk: Infinity, idle: Infinity, total: Infinity };
      const limits = { eventBytes: Infinity, errorBodyBytes: Infinity, choices: Infinity, toolCalls: Infinity };

      expect(() => configure({ deadlines, limits })).not.toThrow();
    });
  });

  it.each([
    ['idempotencyKey', ''],
    ['idempotencyKey', 7],
    ['onResponse', 'yes'],
    ['context', 'text'],
  ])('rejects an invalid %s: %p', (field, value) => {
    const options = { [field]: value } as RequestOptions;

    expect(mistakeIn(() => quietClient().chat(chatRequest, options))).toMatch(
      new RegExp(`^${field} must be .{5}`, 'u'),
    );
  });

  it.each(['idempotencyKey', 'onResponse', 'context'])('rejects %s in the configuration of a client', (field) => {
    expect(mistakeIn(() => createClient({ [field]: {} }))).toContain(`"${field}"`);
  });

  it('names unknown fields, but does not show their values', () => {
    expect(mistakeIn(() => createClient({ key: 'secret-key-1' } as ClientConfig))).not.toContain('secret-key-1');
  });
});
