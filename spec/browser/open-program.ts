import { build } from 'esbuild';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startServer } from '../support/loopback.js';

/** A program for a page. */
export interface Program {
  /** The program as one module without imports. */
  readonly code: string;
  /** The files that the program consists of. */
  readonly modules: readonly string[];
}

/** Bundles a program in `pages/` with the built package. */
export async function bundleProgram(name: string): Promise<Program> {
  const { metafile, outputFiles } = await build({
    entryPoints: [join(__dirname, 'pages', `${name}.ts`)],
    bundle: true,
    minify: true,
    format: 'esm',
    // Ignore the package's tsconfig.json, whose paths point to the sources for Node.
    tsconfigRaw: {},
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  return { code: outputFiles[0]!.text, modules: Object.keys(metafile.inputs) };
}

/** Opens a page from its own origin that only runs a bundled program. */
export async function openProgram(page: Page, { code }: Program): Promise<void> {
  const { url } = await startServer({
    answer: (served) => {
      served.head(200, { 'content-type': 'text/html' });
      served.end(`<!doctype html><title>Program</title><script type="module">${code}</script>`);
    },
  });
  await page.goto(url);
}
