/* Runs each bundle in a folder without node_modules: it has to start, and to print the first words before the answer ends. */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

export default async function check({ folder, run }) {
  const away = mkdtempSync(join(tmpdir(), 'rxllm-bundle-'));
  try {
    for (const bundle of (await run(process.execPath, join(folder, 'build.mjs'))).trim().split('\n')) {
      const name = relative(join(folder, 'out'), bundle);
      cpSync(dirname(bundle), join(away, dirname(name)), { recursive: true });
      const output = await stream(join(away, name));
      if (output !== 'Hello|undefined') {
        throw new Error(`${name} printed ${output}`);
      }
    }
  } finally {
    rmSync(away, { recursive: true });
  }
}

/** Runs a program that is answered in two halves, the second once it has printed the first, and returns what it printed. */
async function stream(file) {
  let finish;
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(event('Hel', null));
    finish = () => response.end(`${event('lo', 'stop')}data: [DONE]\n\n`);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const program = spawn(process.execPath, [file, `http://127.0.0.1:${server.address().port}/v1`]);
  let output = '';
  const keep = (piece) => {
    output += piece;
    if (output === 'Hel') {
      finish();
    }
  };
  program.stdout.on('data', keep);
  program.stderr.on('data', keep);
  await new Promise((resolve) => program.on('close', resolve));
  server.closeAllConnections();
  server.close();
  return output;
}

function event(content, finish_reason) {
  return `data: ${JSON.stringify({ id: 'chat-1', choices: [{ index: 0, delta: { content }, finish_reason }] })}\n\n`;
}
