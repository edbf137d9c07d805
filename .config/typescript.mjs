/*
 * Lets Node run TypeScript: `node --import ./.config/typescript.mjs FILE`. Node 22.18 and later run single TypeScript files
 * by themselves, but do not resolve a relative import of `.js` to its `.ts` file.
 */
import { transformSync } from 'esbuild';
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';

// Hooks run on their own thread, which loads this file again.
if (isMainThread) {
  register(import.meta.url);
}

export function resolve(specifier, context, next) {
  const isRelative = specifier.startsWith('.') && context.parentURL?.endsWith('.ts');
  return next(isRelative ? specifier.replace(/\.js$/u, '.ts') : specifier, context);
}

export function load(url, context, next) {
  if (!url.endsWith('.ts')) {
    return next(url, context);
  }
  const sourcefile = fileURLToPath(url);
  const { code } = transformSync(readFileSync(sourcefile, 'utf8'), { loader: 'ts', sourcefile, sourcemap: 'inline' });
  return { format: 'module', source: code, shortCircuit: true };
}
