import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { join } from 'node:path';

/**
 * Runs a TypeScript program in its own Node process, and resolves with its output once it has ended by itself, that is,
 * once no timer or socket keeps it alive. It imports as a file in this folder does.
 */
export async function runProgram(program: string, environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: program, loader: 'ts', resolveDir: join(__dirname) },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    // Bundled modules are strict.
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
