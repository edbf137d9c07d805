/* Lets Node run TypeScript: `node --import ./.config/typescript.mjs FILE`. Node 22.18 and later need no such help. */
import { transformSync } from 'esbuild';
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';

// Hooks run on a thread of their own, which loads this file again.
if (isMainThread && !process.features.typescript) {
  register(import.meta.url);
}

export function load(url, context, next) {
  if (!url.endsWith('.ts')) {
    return next(url, context);
  }
  const sourcefile = fileURLToPath(url);
  const { code } = transformSync(readFileSync(sourcefile, 'utf8'), { loader: 'ts', sourcefile, sourcemap: 'inline' });
  return { format: 'module', source: code, shortCircuit: true };
}
