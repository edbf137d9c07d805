/*
 * How do I read the API key from a file?
 *
 * Replaces scripts that open a key file and assign `openai.api_key`. The function is asked for every exchange, so a key
 * that is replaced in the file is used at once; white space around it does not matter. It is in no error and no log.
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

const messages = [{ role: 'user', content: 'The key went along, and stayed out of sight.' }] as const;
console.log(await lastValueFrom(client.chat({ model: 'echo', messages }).pipe(textDeltas(), toText())));

await server.close();
await rm(folder, { recursive: true });
