/*
 * How do I read the API key from a file?
 *
 * This replaces scripts that open a key file and assign `openai.api_key`. The function is called for every exchange, so
 * a new key in the file is used at once. White space around the key is ignored, and the key appears in no error or log.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom } from 'rxjs';
import { createClient, textDeltas, toText } from 'rxllm';
import { startLocalServer } from 'rxllm/local';

const folder = await mkdtemp(join(tmpdir(), 'rxllm-'));
const file = join(folder, 'key.txt');
await writeFile(file, 'sk-made-up-for-this-example\n');

const server = await startLocalServer();
const client = createClient({
  apiKey: () => readFile(file, 'utf8'),
  baseURL: server.url,
});

const messages = [{ role: 'user', content: 'This request was sent with the key from the file.' }] as const;
console.log(await lastValueFrom(client.chat({ model: 'echo', messages }).pipe(textDeltas(), toText())));

await server.close();
await rm(folder, { recursive: true });
