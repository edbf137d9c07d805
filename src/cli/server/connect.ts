import {
  catchError,
  defer,
  filter,
  finalize,
  from,
  map,
  mergeMap,
  noop,
  type Observable,
  of,
  switchMap,
  take,
  throwError,
  throwIfEmpty,
  toArray,
} from 'rxjs';
import { type Client, type ClientConfig, createClient, isLlmError } from '../../index.node.js';
import { type LocalServer, type LocalServerConfig, startLocalServer } from '../../local/index.js';
import { undiciTransport } from '../../node/index.js';
import { CliError } from '../errors.js';
import { writeLine } from '../terminal/output.js';
import { oneLine } from '../terminal/text.js';

/** The API to use: chat completions, responses, or the legacy completions, which continue a prompt. */
export type Endpoint = 'chat' | 'responses' | 'completions';

/** A server that answers prompts. */
export interface Server {
  readonly client: Client;
  /** Emits the model to use when none is named. */
  readonly defaultModel: (endpoint: Endpoint) => Observable<string>;
  /** Emits what to do about an unknown model, as a sentence that repeats no model named in `message`, the server's own error. */
  readonly modelAdvice: (message: string) => Observable<string>;
}

/** Connects to a server for as long as the result of `use` is subscribed. */
export type Connect = <T>(use: (server: Server) => Observable<T>) => Observable<T>;

/** Reads well while it streams, and is fast enough for someone who waits for the whole answer. */
const tokensPerSecond = 150;
/** How many models to suggest. */
const maxModels = 10;
/** How long to look for suggestions, in milliseconds: the error is printed after that. */
const maxAdviceTime = 5000;

const openaiModels: Readonly<Record<Endpoint, string>> = {
  chat: 'gpt-4o-mini',
  responses: 'gpt-4o-mini',
  completions: 'gpt-3.5-turbo-instruct',
};

/**
 * Describes a server elsewhere.
 *
 * @param baseURL `undefined` for OpenAI.
 * @param key The key that is sent; a model whose name contains it is never suggested.
 */
export function remoteServer(client: Client, baseURL: string | undefined, key = ''): Server {
  return {
    client,
    defaultModel: (endpoint) => (isOpenAI(baseURL) ? of(openaiModels[endpoint]) : firstModel(client)),
    modelAdvice: (message) =>
      client.models({ deadlines: { total: maxAdviceTime } }).pipe(
        take(maxModels),
        map(({ id }) => oneLine(id)),
        filter((name) => key === '' || !name.includes(key)),
        toArray(),
        catchError(() => of([])),
        map((names) => suggest(names, message)),
      ),
  };
}

function suggest(names: readonly string[], message: string): string {
  if (names.length === 0) {
    return 'Check --model and the base URL.';
  }
  const mentioned = new Set(message.split(/[\s,;'"`]+|\.(?=\s|$)/u));
  return names.every((name) => mentioned.has(name))
    ? 'Choose one with --model.'
    : `Choose another with --model, for example: ${names.join(', ')}.`;
}

function isOpenAI(baseURL: string | undefined): boolean {
  return baseURL === undefined || new URL(baseURL).hostname === 'api.openai.com';
}

function firstModel(client: Client): Observable<string> {
  const unlisted = (): CliError =>
    new CliError(
      'The server does not list its models. Check the base URL (most end in /v1), or name a model with --model.',
    );
  return client.models().pipe(
    map(({ id }) => id),
    take(1),
    throwIfEmpty(unlisted),
    catchError((error: unknown) => throwError(() => (isListMissing(error) ? unlisted() : error))),
  );
}

/** Some servers have no `/models`. */
function isListMissing(error: unknown): boolean {
  return isLlmError(error) && ['not_found', 'invalid_request', 'parse'].includes(error.kind);
}

/**
 * Connects to a server started inside this process, which needs no key, and announces it.
 *
 * @param config The client's configuration, without the address.
 */
export function connectLocally(config: ClientConfig, stderr: NodeJS.WriteStream): Connect {
  return (use) =>
    defer(() => {
      writeLine(stderr, 'No API key or base URL is set: answering from a local server (see rxllm --help).', 'dim');
      return withLocalServer({ tokensPerSecond }, ({ url }) =>
        use({
          // It is in this process, where no proxy could reach it.
          client: createClient({ ...config, baseURL: url, transport: undiciTransport({ direct: true }) }),
          defaultModel: () => of('docs'),
          modelAdvice: () => of('For models of other servers, set OPENAI_API_KEY or --base-url.'),
        }),
      );
    });
}

/** Starts a server inside this process for `use`; closes it on completion, error and unsubscribe. */
export function withLocalServer<T>(
  config: LocalServerConfig,
  use: (server: LocalServer) => Observable<T>,
): Observable<T> {
  return defer(() => {
    const started = from(startLocalServer(config));
    // It may still be starting. If it fails to, `started` has reported that.
    const close = (): void => {
      started.pipe(mergeMap((server) => server.close())).subscribe({ error: noop });
    };
    return started.pipe(switchMap(use), finalize(close));
  });
}
