import { asyncScheduler } from 'rxjs';
import {
  check,
  checkConfig,
  checkCount,
  checkDuration,
  checkFields,
  checkFunction,
  checkScheduler,
} from '../../util/check.js';
import { isStreamId } from '../../util/is-stream-id.js';
import { parseUrl } from '../../util/parse-url.js';
import { memoryLog } from '../memory-log.js';
import { knownReaches } from './check-reach.js';
import { OpenStreams } from './open-streams.js';
import type { RelayConfig, RelayedBody, RelayLimits, RelaySettings } from './relay-config.js';

const fields: readonly (keyof RelayConfig)[] = [
  'client',
  'authorize',
  'models',
  'log',
  'origins',
  'allow',
  'prepare',
  'createId',
  'limits',
  'heartbeat',
  'detach',
  'scheduler',
];
const limitFields: readonly (keyof RelayLimits)[] = ['bodyBytes', 'streamsPerUser', 'readerStall'];

const useClient = 'give it to the client: client: createClient({ apiKey, baseURL })';
const useAuthorize = "use authorize: (request) => ({ user }), or 'anyone'";
const useLimits = `use limits: { ${limitFields.join(', ')} }`;

/** What to use instead of names that people know from elsewhere. */
const hints: ReadonlyMap<string, string> = new Map([
  ['apiKey', useClient],
  ['api_key', useClient],
  ['baseURL', useClient],
  ['target', useClient],
  ['upstream', useClient],
  ['headers', useClient],
  ['deadlines', useClient],
  ['timeout', 'use deadlines of the client'],
  ['retry', 'use interceptors of the client'],
  ['rateLimit', 'use limitRate() in the interceptors of the client'],
  ['auth', useAuthorize],
  ['authenticate', useAuthorize],
  ['authorise', useAuthorize],
  ['user', useAuthorize],
  ['getUser', useAuthorize],
  ['session', useAuthorize],
  ['model', "use models: ['…']"],
  ['cors', "use origins: ['https://app.example']"],
  ['origin', "use origins: ['https://app.example']"],
  ['store', 'use log: memoryLog(), or redisLog({ client })'],
  ['storage', 'use log: memoryLog(), or redisLog({ client })'],
  ['redis', "use log: redisLog({ client }), from 'rxllm/redis'"],
  ['transform', 'use prepare: (body, session) => body'],
  ['onRequest', 'use prepare: (body, session) => body'],
  ['waitUntil', 'pass it with each request: handle(request, { waitUntil })'],
  ['limit', useLimits],
  ...limitFields.map((name) => [name, useLimits] as const),
]);

/**
 * Checks a configuration, and fills in the defaults.
 *
 * @throws TypeError naming the field, and what it must be.
 */
export function readConfig(config: RelayConfig): RelaySettings {
  checkRelayConfig(config);
  const {
    client,
    authorize,
    models,
    scheduler = asyncScheduler,
    origins = [],
    allow = [],
    prepare = unchanged,
  } = config;
  const {
    log = memoryLog({ scheduler }),
    createId = randomId,
    limits = {},
    heartbeat = 15_000,
    detach = 30_000,
  } = config;
  const { bodyBytes = 4 * 2 ** 20, streamsPerUser = 8, readerStall = 60_000 } = limits;
  return {
    client,
    authorize: authorize === 'anyone' ? () => ({ user: 'anyone' }) : authorize,
    models,
    log,
    origins,
    allow,
    prepare,
    createId: () => checkId(createId()),
    limits: { bodyBytes, streamsPerUser, readerStall: checkDuration('limits.readerStall', readerStall) },
    openStreams: new OpenStreams(streamsPerUser),
    heartbeat: checkDuration('heartbeat', heartbeat),
    detach: checkDuration('detach', detach),
    scheduler,
  };
}

function unchanged(body: RelayedBody): RelayedBody {
  return body;
}

/** A random UUID has fewer random bits. */
function randomId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function checkId(id: unknown): string {
  check(isStreamId(id), 'The result of createId', 'a string of 16 to 128 letters, digits, _ or -', id);
  return id as string;
}

function checkRelayConfig(config: RelayConfig): void {
  checkConfig('relay', config);
  checkFields(config, fields, 'the configuration of relay', hints);
  const {
    client,
    authorize,
    models,
    log,
    origins,
    allow,
    prepare,
    createId,
    limits = {},
    heartbeat = 1,
    scheduler,
  } = config;
  check(has(client, 'chat', 'responses', 'models'), 'client', 'a client, such as createClient({ apiKey })', client);
  check(
    typeof authorize === 'function' || isAnyone(authorize),
    'authorize',
    "'anyone', or a function that returns { user }",
    authorize,
  );
  check(
    typeof models === 'function' || isTextList(models),
    'models',
    "a list of names, such as ['gpt-4o-mini'], or a function (model, session) => boolean",
    models,
  );
  check(log === undefined || has(log, 'append', 'read', 'stop'), 'log', 'a log, such as memoryLog()', log);
  check(origins === undefined || isTextList(origins), 'origins', "a list, such as ['https://app.example']", origins);
  origins?.forEach(checkOrigin);
  check(allow === undefined || isTextList(allow), 'allow', `a list of names: ${knownReaches.join(', ')}`, allow);
  const unknown = allow?.find((name) => !knownReaches.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`Unknown name "${unknown}" in allow; known: ${knownReaches.join(', ')}`);
  }
  if (prepare !== undefined) {
    checkFunction('prepare', prepare);
  }
  if (createId !== undefined) {
    checkFunction('createId', createId);
  }
  checkLimits(limits);
  check(heartbeat > 0, 'heartbeat', 'more than 0 milliseconds', heartbeat);
  if (scheduler !== undefined) {
    checkScheduler(scheduler);
  }
}

function checkLimits(limits: RelayLimits): void {
  checkConfig('limits', limits);
  checkFields(limits, limitFields, 'limits');
  const { bodyBytes = 1, streamsPerUser = 1, readerStall = 1 } = limits;
  checkCount('limits.bodyBytes', bodyBytes, 1);
  checkCount('limits.streamsPerUser', streamsPerUser, 1);
  check(readerStall > 0, 'limits.readerStall', 'more than 0 milliseconds', readerStall);
}

/** Apps in a shell have pages of other schemes, whose `origin` is opaque to `URL`. */
function checkOrigin(origin: string): void {
  const url = parseUrl(origin);
  const isOrigin =
    url?.protocol.startsWith('http') === true ? url.origin === origin : /^[a-z][\w+.-]*:\/\/[^/?#\s]+$/u.test(origin);
  if (!isOrigin) {
    const meant =
      url !== undefined && url.origin !== 'null' ? `; write ${url.origin}` : ', such as https://app.example';
    throw new TypeError(`origins must be origins of pages${meant}, not "${origin}"`);
  }
}

function isAnyone(authorize: unknown): boolean {
  return authorize === 'anyone';
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '');
}

function has(value: unknown, ...methods: readonly string[]): boolean {
  return methods.every((name) => typeof (value as Record<string, unknown> | null | undefined)?.[name] === 'function');
}
