/*
 * How does an answer go on after a reload?
 *
 * A relay keeps each stream for its readers. Here a page loses its connection in mid-answer, and saves as JSON what it has read,
 * the id of the stream and its last event. A new client asks the relay for the rest; every number comes once.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { from, lastValueFrom, tap } from 'rxjs';
import { createClient, type LlmError, textDeltas, toText } from 'rxllm';
import { startLocalServer } from 'rxllm/local';
import { relay, toNodeHandler } from 'rxllm/server';

const numbers = Array.from({ length: 30 }, (_, index) => `${index + 1} `);
const models = await startLocalServer({ models: { counter: () => from(numbers) } });
const client = createClient({ baseURL: models.url });
const server = createServer(toNodeHandler(relay({ client, authorize: 'anyone', models: ['counter'] })));
await once(server.listen(0, '127.0.0.1'), 'listening');

const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
const print = (text: string) => process.stdout.write(text);

// A page that goes does not wait for its connection to come back.
const page = createClient({ baseURL, resume: false });
const answer = page.chat({ model: 'counter', messages: [{ role: 'user', content: 'Count to 30.' }] });
const cut = tap((text: string) => text === '10 ' && server.closeAllConnections());
const read = answer.pipe(textDeltas(), tap(print), cut, toText());
const saved = await lastValueFrom(read).catch((error: unknown) => {
  const { partial, streamId, after } = error as LlmError;
  return JSON.stringify({ text: partial, streamId, after });
});
console.log(`\nSaved: ${saved}`);

const { text, streamId, after } = JSON.parse(saved) as { text: string; streamId: string; after: number };
const resumed = createClient({ baseURL }).resumeStream(streamId, { api: 'chat', after });
const rest = await lastValueFrom(resumed.pipe(textDeltas(), tap(print), toText()));
console.log(`\nEvery number once: ${text + rest === numbers.join('')}`);
server.close();
await models.close();
