import { checkFields } from '../util/check.js';
import type { RequestOptions } from './client-config.js';

const clientKeys = [
  'apiKey',
  'baseURL',
  'organization',
  'project',
  'headers',
  'query',
  'transport',
  'interceptors',
  'deadlines',
  'limits',
  'redirects',
  'scheduler',
  'dangerouslyAllowBrowser',
] as const satisfies readonly (keyof RequestOptions)[];

const requestKeys = [
  ...clientKeys,
  'idempotencyKey',
  'onResponse',
  'context',
] as const satisfies readonly (keyof RequestOptions)[];

/** Where to look for what another library calls by another name. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ['maxRetries', 'use the retryTransient() operator, per call or in interceptors'],
  ['retry', 'use the retryTransient() operator, per call or in interceptors'],
  ['timeout', 'use deadlines: { headers, firstChunk, idle, total }'],
  ['defaultHeaders', 'use headers'],
  ['defaultQuery', 'use query'],
  ['fetch', 'use transport: fetchTransport({ fetch })'],
  ['dispatcher', "use transport: undiciTransport({ dispatcher }), from 'rxllm/node'"],
  ['httpAgent', "use transport: undiciTransport({ dispatcher }), from 'rxllm/node'"],
  ['fetchOptions', 'use transport: fetchTransport({ fetch })'],
  ['signal', 'unsubscribe instead; that aborts the request'],
  ['baseUri', 'use baseURL'],
  ['apiBase', 'use baseURL'],
  ['api_key', 'use apiKey'],
  ['key', 'use apiKey'],
  ['token', 'use apiKey'],
]);

type Check = (value: unknown) => boolean;

const isObject: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isFunction: Check = (value) => typeof value === 'function';
const isText: Check = (value) => typeof value === 'string' && value !== '';
const isTextRecord: Check = (value) =>
  isObject(value) &&
  // Headers and maps keep their entries elsewhere than in fields.
  !(Symbol.iterator in (value as object)) &&
  Object.values(value as object).every((item) => typeof item === 'string');

const rules: Readonly<Record<(typeof requestKeys)[number], readonly [Check, string]>> = {
  apiKey: [(value) => typeof value === 'string' || isFunction(value), 'a string, or a function that gives one'],
  baseURL: [isText, 'an address, such as http://localhost:11434/v1'],
  organization: [isText, 'a string'],
  project: [isText, 'a string'],
  headers: [isTextRecord, 'an object of strings'],
  query: [isTextRecord, 'an object of strings'],
  transport: [isFunction, 'a transport, such as fetchTransport()'],
  interceptors: [(value) => Array.isArray(value) && value.every(isFunction), 'an array of functions (request, next)'],
  deadlines: [isObject, 'an object of milliseconds: headers, firstChunk, idle, total'],
  limits: [isObject, 'an object of numbers: eventBytes, errorBodyBytes, choices, toolCalls'],
  redirects: [(value) => value === 'refuse' || value === 'same-origin', "'refuse' or 'same-origin'"],
  scheduler: [
    (value) => isObject(value) && isFunction((value as { schedule?: unknown }).schedule),
    'an rxjs scheduler',
  ],
  dangerouslyAllowBrowser: [(value) => typeof value === 'boolean', 'true or false'],
  idempotencyKey: [isText, 'a string'],
  onResponse: [isFunction, 'a function'],
  context: [isObject, 'an object'],
};

/**
 * Checks the configuration of a client, or the options of a request.
 *
 * @throws {TypeError} Naming the field and what is allowed, or what to use where people look for another library's name.
 */
export function checkClientConfig(config: RequestOptions, where: 'client' | 'request'): void {
  const allowed = where === 'client' ? clientKeys : requestKeys;
  checkKeys(config, allowed, where === 'client' ? 'createClient()' : 'the request options', elsewhere);
  for (const key of allowed) {
    const [isValid, expected] = rules[key];
    if (config[key] !== undefined && !isValid(config[key])) {
      throw new TypeError(`${key} must be ${expected}`);
    }
  }
  checkNumbers('deadlines', config.deadlines, ['headers', 'firstChunk', 'idle', 'total'], (value) => value > 0);
  checkNumbers(
    'limits',
    config.limits,
    ['eventBytes', 'errorBodyBytes', 'choices', 'toolCalls'],
    (value) => value >= 1,
  );
}

function checkNumbers(
  name: string,
  group: object | undefined,
  allowed: readonly string[],
  isValid: (value: number) => boolean,
): void {
  checkKeys(group ?? {}, allowed, name, new Map());
  for (const [key, value] of Object.entries(group ?? {})) {
    if (value !== undefined && !(typeof value === 'number' && isValid(value))) {
      throw new TypeError(`${name}.${key} must be a positive number, or Infinity for none`);
    }
  }
}

function checkKeys(
  config: object,
  allowed: readonly string[],
  where: string,
  hints: ReadonlyMap<string, string>,
): void {
  if (!isObject(config)) {
    throw new TypeError(`An object is expected in ${where}`);
  }
  checkFields(config, allowed, where, hints);
}
