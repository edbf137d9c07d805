/*
 * How do I test against real answers without requesting them each time?
 *
 * `recordCassette` is an interceptor that writes exchanges and their timing, without credentials, to a JSON file to
 * keep with your specs. `replayCassette` is a transport that answers from that file, at any speed, with no server and
 * no network.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, type Observable } from 'rxjs';
import { type Client, createClient, textDeltas, toText } from 'rxllm';
import { startLocalServer } from 'rxllm/local';
import { recordCassette, replayCassette } from 'rxllm/testing';

const folder = await mkdtemp(join(tmpdir(), 'rxllm-'));
const file = join(folder, 'cassettes/question.json');
const question = (client: Client): Observable<string> =>
  client
    .chat({ model: 'docs', messages: [{ role: 'user', content: 'How do I retry?' }], max_tokens: 20 })
    .pipe(textDeltas(), toText());

const server = await startLocalServer();
const recorder = recordCassette({ file });
const recorded = await lastValueFrom(question(createClient({ baseURL: server.url, interceptors: [recorder] })));
const { exchanges } = await lastValueFrom(recorder.cassette);
await server.close();
console.log(
  `${recorded}\n\n${exchanges.length} exchange, ${(await readFile(file)).length} bytes. Replayed without a server:\n`,
);

// The server is closed; only the path of its URL still matters.
const client = createClient({ baseURL: server.url, transport: replayCassette(file, { speed: 20 }) });
const replayed = await lastValueFrom(question(client));
console.log(`${replayed}\n\nThe same text: ${replayed === recorded}\n`);

// The cassette has one exchange for this request, already replayed, so asking again fails.
await lastValueFrom(question(client)).catch((error: unknown) => console.log(String(error)));
await rm(folder, { recursive: true });
