/*
 * How do I keep my key out of the page?
 *
 * `relay` asks the model's server with the key that your server has; the page asks the relay, and needs none. Both halves are
 * here in one program, and the page also asks without a session, and for a model that it may not use.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { catchError, concat, endWith, of } from 'rxjs';
import { createClient, textDeltas } from 'rxllm';
import { startLocalServer } from 'rxllm/local';
import { relay, toNodeHandler } from 'rxllm/server';

const models = await startLocalServer({ key: 'sk-secret' }); // in place of a real provider
const server = startServer();
await once(server, 'listening');
startPage(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`).add(() => {
  server.close();
  void models.close();
});

/** The half on your server: it has the key, and knows the sessions of its users. */
function startServer() {
  const users = new Map([['session=1', { user: 'Ada' }]]);
  const authorize = ({ headers }: Request) => users.get(headers.get('cookie') ?? '');
  const client = createClient({ baseURL: models.url, apiKey: 'sk-secret' });
  return createServer(toNodeHandler(relay({ client, authorize, models: ['docs'] }))).listen(0, '127.0.0.1');
}

/** The half in the page, where the browser adds the cookie. */
function startPage(baseURL: string) {
  const messages = [{ role: 'user', content: 'How do I keep my key on a server?' }] as const;
  const ask = (cookie: string, model: string) =>
    createClient({ baseURL, headers: { cookie } })
      .chat({ model, messages, max_tokens: 60 })
      .pipe(
        textDeltas(),
        catchError((error: unknown) => of(String(error))),
        endWith('\n\n'),
      );

  return concat(ask('session=1', 'docs'), ask('session=2', 'docs'), ask('session=1', 'echo')).subscribe((text) =>
    process.stdout.write(text),
  );
}
