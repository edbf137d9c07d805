import { concat, defer, NEVER, type Observable, of } from 'rxjs';
import { type BuiltInModel, builtInModels, type LocalRateLimit } from '../local/index.js';
import { describeExchange } from './describe-exchange.js';
import { printText } from './print-text.js';
import { readServerKey } from './read-key.js';
import type { Streams } from './streams.js';
import { withLocalServer } from './with-local-server.js';
import { writeLine } from './write-line.js';

/** How a local server is run; its own defaults hold where nothing is said. */
export interface Serving {
  readonly port: number | undefined;
  readonly models: readonly BuiltInModel[] | undefined;
  readonly tokensPerSecond: number | undefined;
  readonly rateLimit: LocalRateLimit | undefined;
  /** The key that callers must send, or `@` and the file that holds it. */
  readonly key: string | undefined;
}

/**
 * Runs a local server until it is unsubscribed, and prints its address and how to try it; then a line on stderr for each
 * request that is over. Emits nothing and never completes.
 */
export function serve(serving: Serving, { stdout, stderr }: Streams): Observable<never> {
  return defer(() => {
    const { port, models = builtInModels, tokensPerSecond, rateLimit } = serving;
    const key = serving.key === undefined ? undefined : readServerKey(serving.key);
    const [model = ''] = models;
    return withLocalServer(
      {
        ...{ port, builtIn: models, tokensPerSecond, rateLimit, key },
        onExchange: (exchange) => writeLine(stderr, describeExchange(exchange, key), 'dim'),
      },
      ({ url }) => concat(of(describe(url, model, key !== undefined)).pipe(printText(stdout)), NEVER),
    );
  });
}

function describe(url: string, model: string, isLocked: boolean): string {
  const request = { model, stream: true, messages: [{ role: 'user', content: 'How do I retry?' }] };
  // Expanded by the shell, so that the key itself is neither shown here nor in its history.
  const authorization = isLocked ? ' -H "authorization: Bearer $OPENAI_API_KEY"' : '';
  return `Listening on ${url} (Ctrl-C closes it). Try it:
curl -N ${url}/chat/completions${authorization} -H 'content-type: application/json' -d '${JSON.stringify(request)}'
`;
}
