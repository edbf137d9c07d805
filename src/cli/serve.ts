import { concat, NEVER, type Observable, of } from 'rxjs';
import { printText } from './print-text.js';
import type { Streams } from './streams.js';
import { withLocalServer } from './with-local-server.js';

/** How a local server is run; its own defaults hold where nothing is said. */
export interface Serving {
  readonly port: number | undefined;
  readonly tokensPerSecond: number | undefined;
}

/** Runs a local server until it is unsubscribed, and prints its address and how to try it. Emits nothing and never completes. */
export function serve(serving: Serving, { stdout }: Streams): Observable<never> {
  return withLocalServer(serving, ({ url }) => concat(of(describe(url)).pipe(printText(stdout)), NEVER));
}

function describe(url: string): string {
  const request = { model: 'docs', stream: true, messages: [{ role: 'user', content: 'How do I retry?' }] };
  const body = JSON.stringify(request);
  return `Listening on ${url} (Ctrl-C closes it). Try it:
curl -N ${url}/chat/completions -H 'content-type: application/json' -d '${body}'
`;
}
