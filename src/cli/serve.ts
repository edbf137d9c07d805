import { concat, defer, NEVER, type Observable, of } from 'rxjs';
import { builtInModels, type LocalServerConfig } from '../local/index.js';
import { withLocalServer } from './server/connect.js';
import { readServerKey } from './server/key.js';
import { formatExchange } from './terminal/format-exchange.js';
import { formatIntroduction } from './terminal/introduction.js';
import { printText, type Streams, writeLine } from './terminal/output.js';

const purpose = 'It answers /models, /chat/completions, /completions, /responses, /embeddings and /moderations';

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
        onExchange: (exchange) => writeLine(stderr, formatExchange(exchange, key === undefined ? [] : [key]), 'dim'),
      },
      ({ url }) => {
        const introduction = formatIntroduction({ url, purpose, model, key: key && '$OPENAI_API_KEY' });
        return concat(of(introduction).pipe(printText(stdout)), NEVER);
      },
    );
  });
}
