import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The folder of this package, wherever its code was compiled to: the nearest one above this file whose package.json is
 * rxllm's. Throws when there is none, as in a bundle.
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
    throw new Error('The files of rxllm are not beside its code: it was bundled or moved');
  }
  return findRoot(parent);
}

function nameIn(manifest: string): unknown {
  return (JSON.parse(manifest) as { readonly name?: unknown }).name;
}
