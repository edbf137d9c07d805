import { readFileSync } from 'node:fs';

/** Reads the version from the package.json three folders above the built file. */
export function readVersion(): string {
  const manifest = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
