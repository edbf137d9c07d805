import { build } from 'esbuild';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { hello } from '../support/answers.js';
import { closeServers, startServer } from '../support/loopback.js';

const root = join(__dirname, '../..');

/** The browsers that README names as the oldest ones. They came with all of ES2022 but lookbehind and class static blocks. */
const oldest = ['chrome93', 'firefox92', 'safari15.4', 'ios15.4'];

/** What came later, as far as this Node has it: ES2023 and newer, and what browsers added to older globals. */
const removeNewer = `
  for (const [owner, names] of [
    [Array, ['fromAsync']],
    [Array.prototype, ['findLast', 'findLastIndex', 'toReversed', 'toSorted', 'toSpliced', 'with']],
    [Map, ['groupBy']],
    [Object, ['groupBy']],
    [Promise, ['try', 'withResolvers']],
    [Set.prototype, ['difference', 'intersection', 'isSubsetOf', 'isSupersetOf', 'union']],
    [String.prototype, ['isWellFormed', 'toWellFormed']],
  ]) {
    names.forEach((name) => delete owner[name]);
  }
`;

const program = `
  import { coalesceText, createClient, isLlmError, retryTransient, textDeltas } from './index.js';

  createClient({ baseURL, apiKey: 'sk-ü-secret' })
    .chat({ model: 'small', messages: [{ role: 'user', content: 'Hi' }] })
    .pipe(textDeltas(), retryTransient({ initialDelay: 1 }), coalesceText(1000))
    .subscribe({
      next: (text) => report('next', text),
      error: (error) => report('error', error.name + ': ' + error.message),
      complete: () => report('complete'),
    });
`;

/** A URL without the static methods, which came with Safari 17 and later. */
const olderUrl = Object.assign(class extends URL {}, { canParse: undefined, parse: undefined });

describe('the client in older runtimes', () => {
  afterEach(closeServers);

  it('streams and retries with the globals and built-ins of browsers of 2022', async () => {
    let answered = 0;
    const { url } = await startServer({
      answer: ({ head, end }) => {
        answered += 1;
        head(answered === 1 ? 503 : 200, { 'content-type': 'text/event-stream' });
        end(answered === 1 ? '{"error":{"message":"Incorrect key: sk-ü-secret"}}' : hello);
      },
    });

    expect(await runProgram(url)).toEqual(['next Hel', 'next lo', 'complete']);
    expect(answered).toBe(2);
  });

  it.each(['fetch', 'TextDecoder', 'AbortController'])('names %s if it is missing, and sends nothing', async (name) => {
    const server = await startServer({ answer: ({ head }) => head(200) });

    expect(await runProgram(server.url, [name])).toEqual([
      expect.stringMatching(new RegExp(`^error (?:TypeError|ReferenceError): .*\\b${name}\\b`, 'u')),
    ]);
    expect(server.requests).toBe(0);
  });

  it('names URL if it is missing', async () => {
    await expect(runProgram('http://server.test', ['URL'])).rejects.toThrow(/\bURL\b.*globalThis/u);
  });

  it('contains no syntax that the oldest browsers lack, with rxjs and zod', async () => {
    const [older, newest] = await Promise.all([oldest, 'esnext'].map(bundle));

    expect(older === newest).toBe(true);
  });
});

/** Runs the program with the globals of an older browser, and returns what it reports until its stream ends. */
async function runProgram(url: string, missing: readonly string[] = []): Promise<readonly string[]> {
  const code = await bundle(oldest);
  return new Promise((resolve) => {
    const reports: string[] = [];
    const report = (...words: readonly string[]): void => {
      reports.push(words.join(' '));
      if (words[0] !== 'next') {
        resolve(reports);
      }
    };
    const timers = { clearInterval, clearTimeout, queueMicrotask, setInterval, setTimeout };
    const globals = { ...timers, AbortController, fetch, TextDecoder, TextEncoder, URL: olderUrl };
    const present = Object.entries(globals).filter(([name]) => !missing.includes(name));
    const context = createContext({ ...Object.fromEntries(present), baseURL: `${url}/v1`, report });
    runInContext(removeNewer + code, context);
  });
}

async function bundle(target: string | readonly string[]): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: join(root, 'src') },
    bundle: true,
    platform: 'browser',
    target: [target].flat(),
    // TypeScript targets ES2022, and esbuild must not write class fields in another way.
    tsconfigRaw: { compilerOptions: { target: 'ES2022', useDefineForClassFields: true } },
    absWorkingDir: root,
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]!.text;
}
