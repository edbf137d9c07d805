import { existsSync, realpathSync } from 'node:fs';
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { checkConfig, isScheduler } from '../util/check.js';
import { isObject } from '../util/is-object.js';
import { builtInModels, createModel, type BuiltInModel } from './built-in-models.js';
import type { LocalModel } from './local-model.js';
import type { LocalServerConfig } from './local-server-config.js';

/** A checked config with its defaults. */
export interface ServerSettings extends Omit<LocalServerConfig, 'builtIn' | 'models'> {
  readonly port: number;
  readonly host: string;
  readonly tokensPerSecond: number;
  readonly models: ReadonlyMap<string, LocalModel>;
  readonly scheduler: SchedulerLike;
  /** When the server was created, in milliseconds since the epoch. */
  readonly startedAt: number;
}

/** Checks a config and sets the defaults. Throws a `TypeError` that names an invalid field. */
export function toServerSettings(config: LocalServerConfig): ServerSettings {
  checkConfig('startLocalServer', config, fieldNames);
  fieldNames.forEach((name) => checkField(name, config[name]));
  const { port = 0, host = '127.0.0.1', tokensPerSecond = 40, pages, scheduler = asyncScheduler } = config;
  const { builtIn = builtInModels, models = {} } = config;
  return {
    ...config,
    port,
    host,
    tokensPerSecond,
    models: new Map([...builtIn.map((name) => [name, createModel[name]()] as const), ...Object.entries(models)]),
    pages: pages && realpathSync(pages),
    scheduler,
    startedAt: scheduler.now(),
  };
}

function checkField(name: keyof LocalServerConfig, value: unknown): void {
  const [isValid, allowed] = rules[name];
  // The value stays out of the message: it may be the key.
  if (value !== undefined && !isValid(value)) {
    throw new TypeError(`startLocalServer: ${name} must be ${allowed}`);
  }
}

type Check = (value: unknown) => boolean;

const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) > 0;
const isDuration: Check = (value) => Number.isFinite(value) && Number(value) > 0;
const isFunction: Check = (value) => typeof value === 'function';
// An empty path with `/.` would be the root of the file system; with a file before it, `/.` does not exist.
const isFolder: Check = (value) => typeof value === 'string' && value !== '' && existsSync(`${value}/.`);

/** What each field must be, and how an error says so. */
const rules: Readonly<Record<keyof LocalServerConfig, readonly [Check, string]>> = {
  port: [
    (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535,
    'a whole number from 0 to 65535',
  ],
  host: [(value) => typeof value === 'string' && value !== '', 'an address or a host name'],
  key: [
    (value) => typeof value === 'string' && /^[\x21-\x7e]+$/u.test(value),
    'a string of visible ASCII characters without spaces',
  ],
  tokensPerSecond: [(value) => Number.isFinite(value) && Number(value) >= 0, 'a number, 0 or more'],
  builtIn: [
    (value) => Array.isArray(value) && value.every((name) => builtInModels.includes(name as BuiltInModel)),
    `an array of names from ${builtInModels.join(', ')}`,
  ],
  models: [
    (value) => isObject(value) && Object.values(value).every(isFunction),
    'an object of functions (request) => Observable of strings or deltas, by name',
  ],
  rateLimit: [
    (value) => isObject(value) && isCount(value['requests']) && isDuration(value['window']),
    'an object { requests, window }: a whole number and a number of milliseconds, both above 0',
  ],
  keepAlive: [isDuration, 'a number of milliseconds above 0'],
  onExchange: [isFunction, 'a function'],
  pages: [isFolder, 'a folder that exists'],
  fallback: [(value) => typeof value === 'string' && /^[^/]/u.test(value), 'a path in pages, such as index.html'],
  scheduler: [isScheduler, 'an rxjs scheduler'],
};

const fieldNames = Object.keys(rules) as readonly (keyof LocalServerConfig)[];
