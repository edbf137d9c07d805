/*
 * How do I show a stream in a web page?
 *
 * This replaces a small web app whose server streams completions to a page: here the page sends the requests itself.
 * esbuild bundles the script of 09-browser.html, and the local server serves both the page and the API from one origin.
 */
import { build } from 'esbuild';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom } from 'rxjs';
import { createClient, textDeltas, toText } from 'rxllm';
import { startLocalServer } from 'rxllm/local';

const html = await readFile(join(import.meta.dirname, '09-browser.html'), 'utf8');
const [head = '', script = '', foot = ''] = html.split(/(?<=<script type="module")>|(?=<\/script>)/u);
const pages = await mkdtemp(join(tmpdir(), 'rxllm-'));
await writeFile(join(pages, 'index.html'), `${head} src="chat.js">${foot}`);
const stdin = { contents: script, resolveDir: import.meta.dirname };
// `tsconfigRaw` replaces this package's own tsconfig.json, whose paths map to the sources for Node.
await build({ stdin, outfile: join(pages, 'chat.js'), bundle: true, format: 'esm', minify: true, tsconfigRaw: {} });

const server = await startLocalServer({ pages });
const { origin } = new URL(server.url);
const finish = (): Promise<void> => server.close().then(() => rm(pages, { recursive: true }));
if (process.stdout.isTTY) {
  console.log(`Open ${origin}/ in a browser; Ctrl-C stops the server.`);
  process.once('SIGINT', () => void finish());
} else {
  for (const path of ['/', '/chat.js']) {
    const response = await fetch(origin + path);
    console.log(`${path}: ${response.status}, ${response.headers.get('content-type')}`);
  }
  const messages = [{ role: 'user', content: 'Hello from the same origin.' }] as const;
  const answer = createClient({ baseURL: server.url }).chat({ model: 'echo', messages }).pipe(textDeltas(), toText());
  console.log(await lastValueFrom(answer));
  await finish();
}
