import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { join } from 'node:path';

/**
 * Runs a TypeScript program in a Node of its own and gives what it writes, once it has come to its end by itself: when
 * nothing, no timer and no socket, keeps it any longer. Its imports are those of a file in this folder.
 */
export async function runProgram(program: string, environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: program, loader: 'ts', resolveDir: join(__dirname) },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    // As in the modules that were bundled.
    banner: { js: '"use strict";' },
    target: 'node20',
    write: false,
    logLevel: 'silent',
  });
  const child = spawn(process.execPath, ['-'], { env: { ...process.env, ...environment } });
  const output: Buffer[] = [];
  const keep = (piece: Buffer): void => void output.push(piece);
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.stdin.end(outputFiles[0]!.text);
  await new Promise((resolve) => child.on('close', resolve));
  return Buffer.concat(output).toString();
}
