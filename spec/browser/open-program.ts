import { build } from 'esbuild';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startServer } from '../support/loopback.js';

/** A program for a page. */
export interface Program {
  /** A module without imports. */
  readonly code: string;
  /** The files it was made of. */
  readonly modules: readonly string[];
}

/** Bundles a program of `pages/` with the built package, as a page's bundler does. */
export async function bundleProgram(name: string): Promise<Program> {
  const { metafile, outputFiles } = await build({
    entryPoints: [join(__dirname, 'pages', `${name}.ts`)],
    bundle: true,
    minify: true,
    format: 'esm',
    // Without the package's own tsconfig.json, whose paths lead to the sources for Node.
    tsconfigRaw: {},
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  return { code: outputFiles[0]!.text, modules: Object.keys(metafile.inputs) };
}

/** Shows a page that runs a bundled program and nothing else, from an origin of its own. */
export async function openProgram(page: Page, { code }: Program): Promise<void> {
  const { url } = await startServer({
    answer: (served) => {
      served.head(200, { 'content-type': 'text/html' });
      served.end(`<!doctype html><title>Program</title><script type="module">${code}</script>`);
    },
  });
  await page.goto(url);
}
