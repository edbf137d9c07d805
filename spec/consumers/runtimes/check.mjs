/*
 * Streams in Bun and Deno, as far as npm has them for this platform: text arrives before the answer ends, unsubscribing closes
 * the connection, and the environment names server and key. Deno needs permission to read the environment, but only for that.
 * Both serve a stream, and end it when its reader leaves.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const programs = {
  Bun: ['@oven', 'bin/bun', 'run'],
  'Deno with --allow-env': ['@deno', 'deno', 'run', '--no-prompt', '--allow-net', '--allow-env'],
  Deno: ['@deno', 'deno', 'run', '--no-prompt', '--allow-net'],
};

export default async function check({ folder }) {
  for (const [runtime, [scope, file, ...parameters]] of Object.entries(programs)) {
    const installed = join(folder, 'node_modules', scope);
    const [program] = existsSync(installed) ? readdirSync(installed).map((name) => join(installed, name, file)) : [];
    if (program === undefined) {
      process.stdout.write(`${runtime}: not available for this platform\n`);
      continue;
    }
    const ask = (mode, inCode) => askServer(folder, [program, ...parameters, 'ask.mjs'], mode, inCode);
    const answered = { output: 'Hello|', wasClosed: false };
    const stopped = { output: 'Hel|', wasClosed: true };

    const given = { baseURL: true, apiKey: 'key-in-code' };
    assert.deepEqual(await ask('all', given), { ...answered, authorization: 'Bearer key-in-code' }, runtime);
    assert.deepEqual(await ask('first', given), { ...stopped, authorization: 'Bearer key-in-code' }, runtime);
    assert.deepEqual(await ask('all', { baseURL: true }), { ...answered, authorization: undefined }, runtime);
    if (runtime !== 'Deno') {
      assert.deepEqual(await ask('all', {}), { ...answered, authorization: 'Bearer key-in-environment' }, runtime);
    }
    assert.deepEqual(
      await leaveServer(folder, [program, ...parameters, 'serve.mjs']),
      { event: 'data: redisBudget redisLog toNodeHandler\n\n', output: 'left' },
      runtime,
    );
    process.stdout.write(`${runtime}: streams, closes, serves and reads what it may\n`);
  }
}

/** Reads the first event of a program that serves, and leaves. Returns it and what the program then prints. */
async function leaveServer(cwd, [program, ...parameters]) {
  const child = spawn(program, parameters, { cwd, timeout: 60_000 });
  const ended = new Promise((resolve) => child.on('close', resolve));
  let output = '';
  const port = await new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (piece) => {
        output += piece;
        if (output.includes('\n')) {
          resolve(Number(output.split('\n', 1)[0]));
        }
      });
    }
    void ended.then(() => reject(new Error(output)));
  });
  const reader = (await fetch(`http://127.0.0.1:${port}/`)).body.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  await ended;
  return { event: Buffer.from(value).toString(), output: output.split('\n').slice(1).join('\n').trim() };
}

/** Lets a program ask a server that ends its answer only once the first half was printed. */
async function askServer(cwd, [program, ...parameters], mode, { baseURL, apiKey }) {
  let finish;
  let authorization;
  let wasClosed = false;
  const server = createServer((request, response) => {
    request.resume();
    ({ authorization } = request.headers);
    response.on('close', () => (wasClosed = !response.writableFinished));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(event('Hel', null));
    finish = () => response.end(`${event('lo', 'stop')}data: [DONE]\n\n`);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}/v1`;
  const inCode = baseURL === undefined ? [] : [url, ...(apiKey === undefined ? [] : [apiKey])];
  const env = {
    ...process.env,
    OPENAI_API_KEY: 'key-in-environment',
    OPENAI_BASE_URL: baseURL === undefined ? url : 'http://another.test/v1',
  };
  const child = spawn(program, [...parameters, mode, ...inCode], { cwd, env, timeout: 60_000 });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece) => {
      output += piece;
      if (output === 'Hel' && mode === 'all') {
        finish();
      }
    });
  }
  await new Promise((resolve) => child.on('close', resolve));
  const ended = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  await ended;
  return { output, authorization, wasClosed };
}

function event(content, finish_reason) {
  return `data: ${JSON.stringify({ id: 'chat-1', choices: [{ index: 0, delta: { content }, finish_reason }] })}\n\n`;
}
