import { existsSync, realpathSync } from 'node:fs';
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { builtInModels, makeBuiltIns, type BuiltInModel } from './built-in-models.js';
import { requireKey, type KeyCheck } from './http/require-key.js';
import { slidingWindow, type Admission, type LocalRateLimit } from './http/sliding-window.js';
import type { LocalExchange } from './local-exchange.js';
import type { LocalModel } from './local-model.js';

/** How a local server is set up. Everything has a default. */
export interface LocalServerConfig {
  /** The port to listen on. Default 0, which takes a free one: read it from the server's `url`. */
  readonly port?: number | undefined;
  /**
   * The address to listen on. Default `127.0.0.1`, which only this machine reaches. Any other address lets everyone in
   * who reaches it, unless there is a `key`.
   */
  readonly host?: string | undefined;
  /**
   * The key that every request must send as `authorization: Bearer KEY`; others get a 401. Default none, which lets
   * every request in, whatever key it sends.
   */
  readonly key?: string | undefined;
  /** The pace of streamed answers. Default 40, about as fast as one reads; 0 sends everything as fast as it is read. */
  readonly tokensPerSecond?: number | undefined;
  /**
   * Which of the models that come with it are offered, in this order. The first is the first that the server lists, which
   * many programs ask by default. Default both, `docs` and `echo`; `[]` for none but yours.
   */
  readonly builtIn?: readonly BuiltInModel[] | undefined;
  /**
   * Models by name, added to the built-in ones; one of the same name takes their place. Pages of any origin may ask
   * them while the server runs (see {@link startLocalServer}), so without a `key` they hold nothing private.
   */
  readonly models?: Readonly<Record<string, LocalModel>> | undefined;
  /**
   * Lets only so many requests in: `requests` of them in any `window` milliseconds, chat and legacy completions of all
   * callers together. More get a 429 with `retry-after` and `retry-after-ms`; all are told what is left in
   * `x-ratelimit-*`. Default none.
   */
  readonly rateLimit?: LocalRateLimit | undefined;
  /**
   * Milliseconds after which a silent stream gets a comment line, `: keep-alive`, again and again; clients skip it. A
   * model that fails after such a line cannot give a status any more, only an error frame. Default none.
   */
  readonly keepAlive?: number | undefined;
  /**
   * Called once for each request, when it is over: answered, or left by its caller, or broken off because the server was
   * closed. For logs and for tests that want to see an abort. What it throws stops no answer; rxjs reports it as an
   * unhandled error. Default none.
   */
  readonly onExchange?: ((exchange: LocalExchange) => void) | undefined;
  /**
   * A folder whose files are sent to whoever asks for them, so that a page and its API have one origin: `GET /chat.js`
   * gives its `chat.js`, a path that ends with a slash the `index.html` there. Paths below `/v1` stay the API's. Hidden
   * files, and what is outside the folder, are never sent; all else is, without the `key`, which a browser that opens a
   * page does not send. Pages of other origins cannot read them. Default none.
   */
  readonly pages?: string | undefined;
  /** Clock and timers. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/** A checked config with its defaults. */
export interface ServerSettings {
  readonly port: number;
  readonly host: string;
  /** Throws for a request without the key; lets every request in when there is none. */
  readonly checkKey: KeyCheck;
  readonly tokensPerSecond: number;
  readonly models: ReadonlyMap<string, LocalModel>;
  readonly rateLimit: (LocalRateLimit & { readonly admit: () => Admission }) | undefined;
  readonly keepAlive: number | undefined;
  readonly onExchange: ((exchange: LocalExchange) => void) | undefined;
  /** The folder itself, without symbolic links. */
  readonly pages: string | undefined;
  readonly scheduler: SchedulerLike;
  /** When the server was made, in milliseconds since the epoch. */
  readonly startedAt: number;
}

type Check = (value: unknown) => boolean;

const isObject: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) > 0;
const isSpan: Check = (value) => Number.isFinite(value) && Number(value) > 0;
// The dot is there for a folder only.
const isFolder: Check = (value) => typeof value === 'string' && value !== '' && existsSync(`${value}/.`);
const isFunction: Check = (value) => typeof value === 'function';

const rules: Readonly<Record<keyof LocalServerConfig, readonly [Check, string]>> = {
  port: [
    (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535,
    'a whole number from 0 to 65535',
  ],
  host: [(value) => typeof value === 'string' && value !== '', 'an address or a host name'],
  key: [
    (value) => typeof value === 'string' && /^[\x21-\x7e]+$/u.test(value),
    'a text of visible ASCII characters without spaces',
  ],
  tokensPerSecond: [(value) => Number.isFinite(value) && Number(value) >= 0, 'a number of 0 or more'],
  builtIn: [
    (value) =>
      Array.isArray(value) &&
      value.every((name) => builtInModels.includes(name as BuiltInModel)) &&
      new Set(value).size === value.length,
    `an array of different names out of ${builtInModels.join(', ')}`,
  ],
  models: [
    (value) =>
      isObject(value) && Object.values(value as object).every(isFunction) && !Object.hasOwn(value as object, ''),
    'an object of functions (request) => Observable of strings or deltas, by name',
  ],
  rateLimit: [
    (value) =>
      isObject(value) && isCount((value as LocalRateLimit).requests) && isSpan((value as LocalRateLimit).window),
    'an object { requests, window } of a whole number and of milliseconds, both above 0',
  ],
  keepAlive: [isSpan, 'a number of milliseconds above 0'],
  onExchange: [isFunction, 'a function'],
  pages: [isFolder, 'a folder that exists'],
  scheduler: [
    (value) => isObject(value) && isFunction((value as { schedule?: unknown }).schedule),
    'an rxjs scheduler',
  ],
};

/** Checks a config and sets the defaults. A field that does not fit is a `TypeError` that names it. */
export function toServerSettings(config: LocalServerConfig): ServerSettings {
  checkConfig(config);
  const { port = 0, host = '127.0.0.1', key, tokensPerSecond = 40, rateLimit, keepAlive, onExchange, pages } = config;
  const { builtIn = builtInModels, models = {}, scheduler = asyncScheduler } = config;
  return {
    port,
    host,
    checkKey: key === undefined ? () => undefined : requireKey(key),
    tokensPerSecond,
    models: new Map([...makeBuiltIns(builtIn), ...Object.entries(models)]),
    rateLimit: rateLimit && { ...rateLimit, admit: slidingWindow(rateLimit, scheduler) },
    keepAlive,
    onExchange,
    pages: pages && realpathSync(pages),
    scheduler,
    startedAt: scheduler.now(),
  };
}

function checkConfig(config: unknown): void {
  if (!isObject(config)) {
    throw new TypeError('startLocalServer: the config must be an object');
  }
  const fields = new Map<string, readonly [Check, string]>(Object.entries(rules));
  for (const [field, value] of Object.entries(config as object)) {
    const rule = fields.get(field);
    if (rule === undefined) {
      throw new TypeError(`startLocalServer: there is no field ${field}; there are ${[...fields.keys()].join(', ')}`);
    }
    const [isValid, expected] = rule;
    if (value !== undefined && !isValid(value)) {
      throw new TypeError(`startLocalServer: ${field} must be ${expected}`);
    }
  }
}
