import { concat, defer, NEVER, type Observable, of } from 'rxjs';
import { builtInModels, type LocalExchange, type LocalServerConfig } from '../local/index.js';
import { withLocalServer } from './server/connect.js';
import { readServerKey } from './server/key.js';
import { printText, type Streams, writeLine } from './terminal/output.js';

/** How much of a caller's text the log shows, in characters. */
const maxLogged = 100;

const endpoints = '/models, /chat/completions, /completions, /responses, /embeddings and /moderations';

/** The options of `rxllm serve`: those of the server, except that `key` may be `@` and the file that holds the key. */
export type ServeOptions = Pick<LocalServerConfig, 'port' | 'builtIn' | 'tokensPerSecond' | 'rateLimit' | 'key'>;

/**
 * Runs a local server until unsubscribed. Prints its address and an example request, then a line on stderr for each request
 * that ended. Emits nothing and never completes.
 */
export function serve(options: ServeOptions, { stdout, stderr }: Streams): Observable<never> {
  return defer(() => {
    const key = options.key === undefined ? undefined : readServerKey(options.key);
    const [model = ''] = options.builtIn ?? builtInModels;
    return withLocalServer(
      {
        ...options,
        key,
        onExchange: (exchange) => writeLine(stderr, formatExchange(exchange, key), 'dim'),
      },
      ({ url }) => concat(of(introduction(url, model, key !== undefined)).pipe(printText(stdout)), NEVER),
    );
  });
}

function introduction(url: string, model: string, needsKey: boolean): string {
  const request = { model, stream: true, messages: [{ role: 'user', content: 'How do I retry?' }] };
  // The shell expands the variable, so the key is neither printed here nor kept in the shell's history.
  const authorization = needsKey ? ' -H "authorization: Bearer $OPENAI_API_KEY"' : '';
  return `Listening on ${url} (Ctrl-C to stop).
It answers ${endpoints}. Try it:
curl -N ${url}/chat/completions${authorization} -H 'content-type: application/json' -d '${JSON.stringify(request)}'
`;
}

/**
 * Formats an exchange as a log line: start time, method, path, model, status, duration, and how it ended if it was cut short.
 * A dash stands for a missing value.
 *
 * @param key The server's key, redacted wherever a client puts it.
 */
function formatExchange(exchange: LocalExchange, key: string | undefined): string {
  const { startedAt, method, path, model, status, duration, outcome } = exchange;
  const redacted = (text: string): string => toLogWord(key === undefined ? text : text.replaceAll(key, '[redacted]'));
  return [
    new Date(startedAt).toTimeString().slice(0, 8),
    method,
    redacted(path),
    model === undefined ? '-' : redacted(model),
    status ?? '-',
    `${Math.round(duration)} ms`,
    ...(outcome === 'answered' ? [] : [outcome]),
  ].join(' ');
}

/** Escapes white space, control characters and invisible ones, so that a client cannot forge log lines; cuts long texts. */
function toLogWord(text: string): string {
  const cut = text.length > maxLogged ? `${text.slice(0, maxLogged)}…` : text;
  return cut.replace(/[\s\p{C}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
