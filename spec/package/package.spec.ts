import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createContext, runInContext } from 'node:vm';

const run = promisify(execFile);
const root = join(__dirname, '../..');
const consumer = mkdtempSync(join(tmpdir(), 'rxllm-consumer-'));

/** Streams "Hello" in two chunks, or answers 401 below `/locked`. */
const server: Server = createServer((request, response) => {
  if (request.url?.startsWith('/locked')) {
    response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":{"message":"No."}}');
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const choice of [
    { delta: { content: 'Hel' } },
    { delta: { content: 'lo' } },
    { delta: {}, finish_reason: 'stop' },
  ]) {
    response.write(`data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, ...choice }] })}\n\n`);
  }
  response.end('data: [DONE]\n\n');
});

/** What each program does after importing the package in its own way. */
const ask = `
  const request = { model: 'small', messages: [{ role: 'user', content: 'Hi' }] };
  const answer = lastValueFrom(createClient({ baseURL }).chat(request).pipe(textDeltas(), toText()));
`;

let baseURL: string;
let connections = 0;
server.on('connection', () => (connections += 1));

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  await install();
}, 60_000);

afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(consumer, { recursive: true, force: true });
});

describe('the installed package', () => {
  it('streams in an ES module', async () => {
    const program = `
      import { createClient, textDeltas, toText } from 'rxllm';
      import { lastValueFrom } from 'rxjs';
      const [baseURL] = process.argv.slice(2);
      ${ask}
      process.stdout.write(await answer);
    `;

    expect(await runFile('consumer.mjs', program, baseURL)).toBe('Hello');
  });

  it('streams in a CommonJS module', async () => {
    const program = `
      const { createClient, textDeltas, toText } = require('rxllm');
      const { lastValueFrom } = require('rxjs');
      const [baseURL] = process.argv.slice(2);
      ${ask}
      answer.then((text) => process.stdout.write(text));
    `;

    expect(await runFile('consumer.cjs', program, baseURL)).toBe('Hello');
  });

  it('streams in a browser bundle with web globals only', async () => {
    const contents = `
      import { createClient, textDeltas, toText } from 'rxllm';
      import { lastValueFrom } from 'rxjs';
      ${ask}
      answer.then(resolve, reject);
    `;
    const { outputFiles, metafile } = await build({
      stdin: { contents, resolveDir: consumer },
      bundle: true,
      platform: 'browser',
      metafile: true,
      write: false,
    });

    const text = await new Promise((resolve, reject) => {
      runInContext(outputFiles[0]!.text, createContext({ ...webGlobals(), baseURL, resolve, reject }));
    });

    expect(text).toBe('Hello');
    expect(Object.keys(metafile.inputs).filter((path) => path.includes('undici'))).toEqual([]);
  });

  it('recognizes errors of its other module format when both are loaded', async () => {
    const program = `
      import { createRequire } from 'node:module';
      import * as esm from 'rxllm';
      const cjs = createRequire(import.meta.url)('rxllm');
      const [baseURL] = process.argv.slice(2);
      const failure = ({ createClient }) =>
        new Promise((resolve) => createClient({ baseURL }).chat({ model: 'small', messages: [{ role: 'user', content: 'Hi' }] }).subscribe({ error: resolve }));
      const [fromEsm, fromCjs] = await Promise.all([failure(esm), failure(cjs)]);
      process.stdout.write(JSON.stringify({
        kinds: [fromEsm.kind, fromCjs.kind],
        sameClass: [fromEsm instanceof cjs.ApiError, fromCjs instanceof esm.ApiError],
        recognized: [cjs.isLlmError(fromEsm), esm.isLlmError(fromCjs)],
      }));
    `;

    expect(JSON.parse(await runFile('both.mjs', program, baseURL.replace('v1', 'locked')))).toEqual({
      kinds: ['authentication', 'authentication'],
      sameClass: [false, false],
      recognized: [true, true],
    });
  });
});

describe('the entries of the installed package', () => {
  const names = '{ ConnectionError, createClient, throttleRender }';
  const testing = '{ replayCassette, runMarbles }';
  const imports = {
    mjs: `import ${names} from 'rxllm'; import ${testing} from 'rxllm/testing'; import { Observable } from 'rxjs';`,
    cjs: `const ${names} = require('rxllm'); const ${testing} = require('rxllm/testing'); const { Observable } = require('rxjs');`,
  };
  const program = `
    const request = { operation: 'models', method: 'GET', url: 'http://a/v1/models' };
    const end = { type: 'error', at: 0, error: { name: 'ConnectionError', message: 'Lost' } };
    const transport = replayCassette({ version: 1, exchanges: [{ request, end }] });
    const models = createClient({ baseURL: 'http://a/v1', transport }).models();
    runMarbles(({ animate, cold, expectObservable }) => {
      animate('                                       ---x');
      expectObservable(cold('-ab').pipe(throttleRender())).toBe('-a-b');
    });
    models.subscribe({
      error: (error) => process.stdout.write([models instanceof Observable, error instanceof ConnectionError].join()),
    });
  `;

  // Node and jest take the bundles, other runtimes and bundlers the modules.
  const conditions = ['node', 'browser', 'workerd', 'bun', 'deno', 'es2020'];

  it.each(conditions.flatMap((condition) => [[condition, 'mjs'] as const, [condition, 'cjs'] as const]))(
    'share one copy of each class and state, and the rxjs of the program, under the condition %s in a .%s file',
    async (condition, format) => {
      const file = join(consumer, `entries-${condition}.${format}`);
      writeFileSync(file, imports[format] + program);

      const { stdout } = await run(process.execPath, [`--conditions=${condition}`, file], { cwd: consumer });

      expect(stdout).toBe('true,true');
    },
  );
});

describe('the entries for Node', () => {
  const names = [
    ['rxllm', '{ ApiError, ConnectionError, createClient, isLlmError, LlmError, RateLimitError }'],
    ['rxllm/node', '{ undiciTransport }'],
    ['rxllm/testing', '{ fakeClient, fakeTransport }'],
    ['rxllm/local', '{ startLocalServer }'],
    ['rxjs', '{ lastValueFrom, throwError }'],
  ] as const;
  const imports = {
    mjs: names.map(([entry, list]) => `import ${list} from '${entry}';`).join('\n'),
    cjs: names.map(([entry, list]) => `const ${list} = require('${entry}');`).join('\n'),
  };

  it.each(['mjs', 'cjs'] as const)('make errors of the same classes in a .%s file', async (format) => {
    const program = `
      const [baseURL] = process.argv.slice(2);
      const request = { model: 'busy', messages: [{ role: 'user', content: 'Hi' }] };
      const limited = () => new RateLimitError('Slow down', { kind: 'rate_limit', status: 429, retryable: true, headers: {}, rateLimits: {} });
      const models = { busy: () => throwError(limited) };
      startLocalServer({ models }).then(async (server) => {
        const failures = [];
        const ask = async (client) => {
          const error = await lastValueFrom(client.chat(request)).catch((reason) => reason);
          const classes = [LlmError, ApiError, RateLimitError, ConnectionError].filter((Class) => error instanceof Class);
          failures.push([isLlmError(error), ...classes.map(({ name }) => name)].join(' '));
        };
        await ask(createClient({ baseURL }));
        await ask(createClient({ baseURL, transport: undiciTransport() }));
        await ask(createClient({ baseURL, transport: fakeTransport([{ status: 429 }]) }));
        await ask(fakeClient([throwError(limited)]));
        await ask(createClient({ baseURL: server.url }));
        await server.close();
        // The transport itself raises this error.
        await ask(createClient({ baseURL: server.url, transport: undiciTransport() }));
        process.stdout.write(JSON.stringify(failures));
      });
    `;
    const failures: unknown = JSON.parse(
      await runFile(`classes.${format}`, imports[format] + program, baseURL.replace('v1', 'locked')),
    );

    expect(failures).toEqual([
      'true LlmError ApiError',
      'true LlmError ApiError',
      'true LlmError ApiError RateLimitError',
      'true LlmError ApiError RateLimitError',
      'true LlmError ApiError RateLimitError',
      'true LlmError ConnectionError',
    ]);
  });

  it.each(['mjs', 'cjs'] as const)('share connections in a .%s file', async (format) => {
    const program = `
      const [baseURL] = process.argv.slice(2);
      const request = { model: 'small', messages: [{ role: 'user', content: 'Hi' }] };
      (async () => {
        for (const transport of [undefined, undiciTransport(), undefined]) {
          // The error comes at the end of the answer, after which the connection is free.
          await lastValueFrom(createClient({ baseURL, transport }).chat(request)).catch(() => undefined);
          await new Promise((resolve) => setImmediate(resolve));
        }
      })();
    `;
    const before = connections;

    await runFile(`connections.${format}`, imports[format] + program, baseURL.replace('v1', 'locked'));

    expect(connections - before).toBe(1);
  });
});

describe('npm pack', () => {
  it('builds first, so that a fresh clone packs a whole package', async () => {
    const clone = join(consumer, 'clone');
    mkdirSync(join(clone, '.config'), { recursive: true });
    copyFileSync(join(root, 'package.json'), join(clone, 'package.json'));
    writeFileSync(
      join(clone, '.config/build.mjs'),
      "import { mkdirSync, writeFileSync } from 'node:fs'; mkdirSync('dist'); writeFileSync('dist/built.js', '');",
    );
    const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts=false'], { cwd: clone });

    expect(stdout).toContain('"dist/built.js"');
  }, 60_000);
});

/**
 * Packs the package and unpacks the tarball in an empty folder, next to the dependencies that it names and nothing else, as
 * npm would install it; npm itself takes five times as long.
 */
async function install(): Promise<void> {
  if (!existsSync(join(root, 'dist/esm/index.js'))) {
    throw new Error('There is no dist/ to pack. Run npm run build first.');
  }
  const packing = ['pack', '.', '--json', '--ignore-scripts', '--pack-destination', consumer];
  const [{ filename }] = JSON.parse((await run('npm', packing, { cwd: root })).stdout) as [{ filename: string }];
  const modules = join(consumer, 'node_modules');
  const folder = join(modules, 'rxllm');
  mkdirSync(folder, { recursive: true });
  await run('tar', ['-xzf', join(consumer, filename), '--strip-components=1', '-C', folder]);
  for (const name of ['rxjs', ...dependenciesOf(folder)]) {
    symlinkSync(join(root, 'node_modules', name), join(modules, name), 'junction');
  }
}

function dependenciesOf(folder: string): readonly string[] {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  return Object.keys(manifest.dependencies);
}

async function runFile(name: string, program: string, ...parameters: readonly string[]): Promise<string> {
  const file = join(consumer, name);
  writeFileSync(file, program);
  // The timeout also catches a process that a connection or a timer keeps alive.
  return (await run(process.execPath, [file, ...parameters], { cwd: consumer, timeout: 10_000 })).stdout;
}

/** Returns the globals of a page that are not part of the language. */
function webGlobals(): Readonly<Record<string, unknown>> {
  const { fetch, Headers, Request, Response, ReadableStream, DecompressionStream, TextDecoder, TextEncoder } =
    globalThis;
  const { URL, URLSearchParams, AbortController, AbortSignal, DOMException, Blob, performance, crypto } = globalThis;
  const { setTimeout, clearTimeout, setInterval, clearInterval, queueMicrotask, Uint8Array } = globalThis;
  return {
    ...{ fetch, Headers, Request, Response, ReadableStream, DecompressionStream, TextDecoder, TextEncoder },
    ...{ URL, URLSearchParams, AbortController, AbortSignal, DOMException, Blob, performance, crypto },
    ...{ setTimeout, clearTimeout, setInterval, clearInterval, queueMicrotask, Uint8Array },
  };
}
