import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Finds the folder of this package: the nearest one above this file whose package.json is rxllm's. Throws if there is none,
 * as in a bundle.
 */
export function packageRoot(): string {
  return findRoot(__dirname);
}

function findRoot(folder: string): string {
  const manifest = join(folder, 'package.json');
  if (existsSync(manifest) && nameIn(readFileSync(manifest, 'utf8')) === 'rxllm') {
    return folder;
  }
  const parent = dirname(folder);
  if (parent === folder) {
    throw new Error('Cannot find the documentation of rxllm: its code was bundled or moved');
  }
  return findRoot(parent);
}

function nameIn(manifest: string): unknown {
  return (JSON.parse(manifest) as { readonly name?: unknown }).name;
}
