/*
 * Runs each bundle in a folder without node_modules: it has to start, and to print the first words before the answer ends. That
 * of the Worker has to answer with the same words.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

export default async function check({ folder, run }) {
  const away = mkdtempSync(join(tmpdir(), 'rxllm-bundle-'));
  try {
    for (const bundle of (await run(process.execPath, join(folder, 'build.mjs'))).trim().split('\n')) {
      const name = relative(join(folder, 'out'), bundle);
      cpSync(dirname(bundle), join(away, dirname(name)), { recursive: true });
      const file = join(away, name);
      const [output, expected] = name.startsWith('worker') ? [serve(file), 'Hello'] : [stream(file), 'Hello|undefined'];
      assert.equal(await output, expected, name);
    }
  } finally {
    rmSync(away, { recursive: true });
  }
}

/** Runs a program that is answered in two halves, the second once it has printed the first, and returns what it printed. */
function stream(file) {
  return answered(async (baseURL, keep) => {
    const program = spawn(process.execPath, [file, baseURL]);
    program.stdout.on('data', keep);
    program.stderr.on('data', keep);
    await new Promise((resolve) => program.on('close', resolve));
  });
}

/** Asks a Worker, whose model server answers in two halves, and returns the text of its answer. */
function serve(file) {
  return answered(async (baseURL, keep) => {
    const { default: worker } = await import(pathToFileURL(file).href);
    const { body } = await worker.fetch(undefined, { baseURL });
    for await (const piece of body) {
      keep(
        [
          ...Buffer.from(piece)
            .toString()
            .matchAll(/"content":"([^"]*)"/gu),
        ]
          .map(([, text]) => text)
          .join(''),
      );
    }
  });
}

/** Answers with `Hel`, and with the rest once that was kept. Returns all that was kept. */
async function answered(ask) {
  let finish;
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(event('Hel', null));
    finish = () => response.end(`${event('lo', 'stop')}data: [DONE]\n\n`);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  let output = '';
  await ask(`http://127.0.0.1:${server.address().port}/v1`, (piece) => {
    output += piece;
    if (output === 'Hel') {
      finish();
    }
  });
  server.closeAllConnections();
  server.close();
  return output;
}

function event(content, finish_reason) {
  return `data: ${JSON.stringify({ id: 'chat-1', choices: [{ index: 0, delta: { content }, finish_reason }] })}\n\n`;
}
