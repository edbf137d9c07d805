import type { SchedulerLike } from 'rxjs';
import type { BuiltInModel } from './built-in-models.js';
import type { LocalModel } from './local-model.js';

/** Configures a local server. All fields are optional. */
export interface LocalServerConfig {
  /** The port to listen on. Default 0, which takes a free port: read it from the server's `url`. */
  readonly port?: number | undefined;
  /**
   * The address to listen on. Default `127.0.0.1`, which only this machine can reach. With any other address, everyone
   * who can reach it may use the server, unless you set a `key`.
   */
  readonly host?: string | undefined;
  /**
   * The key that every request must send as `authorization: Bearer KEY`; other requests get a 401. By default the server
   * accepts every request, whatever key it sends.
   */
  readonly key?: string | undefined;
  /** The pace of streamed answers. Default 40, about the speed of a hosted model; 0 streams at full speed. */
  readonly tokensPerSecond?: number | undefined;
  /**
   * The built-in models to offer, in this order. Many programs use the first model a server lists. Default `docs` and
   * `echo`; `[]` for only your own.
   */
  readonly builtIn?: readonly BuiltInModel[] | undefined;
  /**
   * Models by name, in addition to the built-in ones; a model of the same name replaces a built-in one. Pages of any
   * origin may use them while the server runs (see {@link startLocalServer}), so without a `key` they must not return
   * private data.
   */
  readonly models?: Readonly<Record<string, LocalModel>> | undefined;
  /**
   * Limits requests: `requests` of them in any `window` milliseconds, those that are answered by a model, of all callers
   * together. Every answer has the `x-ratelimit-*` headers; requests above the limit get a 429 with `retry-after` and
   * `retry-after-ms`. Default: no limit.
   */
  readonly rateLimit?: LocalRateLimit | undefined;
  /**
   * Milliseconds of silence after which a stream gets the comment line `: keep-alive`, repeatedly; clients skip it. If
   * the model fails after such a line, the status has already been sent, so the error comes as an error frame. Default:
   * no comments.
   */
  readonly keepAlive?: number | undefined;
  /**
   * Called once per request, when it has been answered, its client has disconnected or the server has cut it off. Use it
   * for logs, and in tests that expect an abort. An error it throws is reported by rxjs as unhandled, and does not affect
   * the answer.
   */
  readonly onExchange?: ((exchange: LocalExchange) => void) | undefined;
  /**
   * A folder of files to serve, so that a page and its API share an origin: `GET /chat.js` sends its `chat.js`, and a
   * path that ends with a slash sends the `index.html` in that folder. Paths below `/v1` still belong to the API. Hidden
   * files and files outside the folder are never sent. All others are sent without the `key`, since a browser that opens
   * a page does not send one. Pages of other origins cannot read them. Default: no files.
   */
  readonly pages?: string | undefined;
  /**
   * The file of `pages` to send for paths that name none, such as `index.html` for the deep links of an application with a
   * router. Paths whose last part has a dot, such as `/missing.js`, still get a 404. Default: none.
   */
  readonly fallback?: string | undefined;
  /** Clock and timers. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/** How many requests a server admits. */
export interface LocalRateLimit {
  /** The number of requests admitted in any window. */
  readonly requests: number;
  /** The length of the window in milliseconds. */
  readonly window: number;
}

/** A request and how it ended. Contains no prompt, answer or key. */
export interface LocalExchange {
  /** When the request came, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** Milliseconds from then to the end of the answer. */
  readonly duration: number;
  readonly method: string;
  /** The path as it was sent, without the query. Like `model` it comes from the caller and may contain anything. */
  readonly path: string;
  /** The model the request named, even if there is no such model; `undefined` if it named none. */
  readonly model: string | undefined;
  /** `undefined` if the exchange ended before a status was sent. */
  readonly status: number | undefined;
  readonly outcome: LocalOutcome;
}

/**
 * How an exchange ended: `answered` in full, `aborted` by its client, or `broken`: cut off by the server, because it was
 * closed or could not go on.
 */
export type LocalOutcome = 'answered' | 'aborted' | 'broken';
