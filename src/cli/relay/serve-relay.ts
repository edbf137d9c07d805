import { createHash, timingSafeEqual } from 'node:crypto';
import { concat, config, defer, finalize, mergeMap, NEVER, type Observable, of, Subject } from 'rxjs';
import { type ErrorKind, isLlmError, StreamError } from '../../index.node.js';
import type { LocalRateLimit } from '../../local/index.js';
import { readEnvironment } from '../../node/index.js';
import { redisBudget, redisLog } from '../../redis/index.js';
import { memoryLog, relay, type RelaySession } from '../../server/index.js';
import { summarizeError } from '../explain-error.js';
import { readServerKey } from '../server/key.js';
import { formatExchange } from '../terminal/format-exchange.js';
import { formatIntroduction } from '../terminal/introduction.js';
import { printText, type Streams, writeLine } from '../terminal/output.js';
import { type ConnectedRedis, connectRedis } from './connect-redis.js';
import { relayServer, type RequestNotes } from './relay-server.js';
import { createUpstream } from './upstream.js';

/** The options of `rxllm serve --relay`. */
export interface RelayOptions {
  /** The base URL of the model's server. */
  readonly upstream: string;
  /** The URL of a Redis server that keeps the streams and the rate limit. */
  readonly redis: string | undefined;
  /** The models that may be asked for; by default all. */
  readonly models: readonly string[] | undefined;
  readonly rateLimit: LocalRateLimit | undefined;
  /** The key that callers must send, or `@` and the file that holds it. */
  readonly key: string | undefined;
  readonly port: number | undefined;
}

/**
 * Relays requests to a model's server, with the key of the environment, until unsubscribed. Prints its address and an example
 * request, then a line on stderr for each request that ended. Emits nothing and never completes.
 */
export function serveRelay(options: RelayOptions, streams: Streams): Observable<never> {
  return defer(() => {
    const key = options.key === undefined ? undefined : readServerKey(options.key);
    const { apiKey } = readEnvironment();
    const { redis, upstream } = options;
    const serveWith = (client?: ConnectedRedis): Observable<never> =>
      relayRequests({ ...options, key, apiKey, redis: client }, streams);
    if (apiKey === undefined) {
      writeLine(streams.stderr, `OPENAI_API_KEY is not set: ${new URL(upstream).host} is asked without a key.`, 'dim');
    }
    return redis === undefined ? serveWith() : connectRedis(redis, streams.stderr).pipe(mergeMap(serveWith));
  });
}

interface Settings extends Omit<RelayOptions, 'redis'> {
  readonly apiKey: string | undefined;
  readonly redis: ConnectedRedis | undefined;
}

/** The session of one request. */
interface Session extends RelaySession {
  readonly notes: RequestNotes;
}

function relayRequests(settings: Settings, { stdout, stderr }: Streams): Observable<never> {
  const { upstream, models, rateLimit, key, apiKey, port, redis } = settings;
  const stopped = new Subject<never>();
  const notesOf = new WeakMap<Request, RequestNotes>();
  const refuse = refusalOf(key);
  const handle = relay<Session>({
    client: createUpstream({
      baseURL: upstream,
      apiKey,
      models,
      rateLimit,
      store: redis && redisBudget({ client: redis }),
      stopped,
    }),
    authorize: (request) => {
      const notes = notesOf.get(request) ?? { host: '' };
      return refuse(request, notes) ?? { user: 'anyone', notes: request.method === 'POST' ? notes : { ...notes } };
    },
    models: (model, { notes }) => {
      notes.model = model;
      return models?.includes(model) ?? true;
    },
    log: redis === undefined ? memoryLog({ bytes: maxBytes }) : redisLog({ client: redis, bytes: maxBytes }),
    // All callers are one user.
    limits: { streamsPerUser: maxStreams, bodyBytes: maxBytes },
  });
  const keys = [key, apiKey].filter((secret) => secret !== undefined);
  config.onUnhandledError = (error) => writeLine(stderr, explainToOperator(error), 'red');
  return relayServer({
    port,
    handle: (request, notes, context) => {
      notesOf.set(request, notes);
      return handle(request, context);
    },
    onExchange: (exchange) => writeLine(stderr, formatExchange(exchange, keys), 'dim'),
    stop: () => stopped.error(new StreamError('The relay was stopped', { kind: 'truncated', retryable: true })),
    closed: () => redis?.destroy(),
  }).pipe(
    mergeMap((url) => {
      const introduction = formatIntroduction({
        url,
        purpose: `It relays /models, /chat/completions and /responses to ${new URL(upstream).origin}`,
        model: models?.[0],
        key: key && '$RELAY_KEY',
      });
      return concat(of(introduction).pipe(printText(stdout)), NEVER);
    }),
    finalize(() => {
      config.onUnhandledError = null;
    }),
  );
}

/** What to do about an error that callers are not told. */
const advice: Partial<Readonly<Record<ErrorKind, string>>> = {
  authentication: 'Check OPENAI_API_KEY.',
  permission: 'Check what the key in OPENAI_API_KEY may be used for.',
  quota: 'Check the plan and billing of the account.',
  connection: 'Check --relay, and that its server is running.',
  protocol: 'Check --relay; most base URLs end in /v1.',
  parse: 'Check --relay; most base URLs end in /v1.',
};

function explainToOperator(error: unknown): string {
  const step = isLlmError(error) ? advice[error.kind] : undefined;
  return `rxllm: ${summarizeError(error)} ${step ?? ''}`.trimEnd();
}

const maxStreams = 1000;

/** What a request, or an answer with the JSON of its events, may have: images are sent within requests. */
const maxBytes = 2 ** 26;

/** Creates what refuses a request: one without the key, or, where no key is needed, one that is not for this machine. */
function refusalOf(key: string | undefined): (request: Request, notes: RequestNotes) => Response | undefined {
  if (key === undefined) {
    // A page elsewhere can point its own name at this machine, and would then be of the relay's origin.
    return (_, { host }) =>
      /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/iu.test(host)
        ? undefined
        : refusal(403, 'This relay has no key, so it answers requests to localhost only.');
  }
  const expected = hash(key);
  return ({ headers }) => {
    const [, sent = ''] = /^bearer +(.*)$/iu.exec(headers.get('authorization')?.trim() ?? '') ?? [];
    return timingSafeEqual(hash(sent), expected)
      ? undefined
      : refusal(401, "This relay requires its key, in the header 'authorization: Bearer KEY'.");
  };
}

function refusal(status: number, message: string): Response {
  const [type, code] = status === 401 ? ['authentication', 'invalid_api_key'] : ['permission', null];
  return Response.json({ error: { message, type, code, param: null } }, { status });
}

/** Hashes are compared in constant time, so that the time of an answer tells nothing of the key. */
function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
