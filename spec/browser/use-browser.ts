import packed from '@sparticuz/chromium';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** The package's default arguments disable the same-origin policy, which these tests need. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Opens an empty page in a new browser context. */
export type OpenPage = (options?: BrowserContextOptions) => Promise<Page>;

/**
 * Runs Chromium during the specs of a file. Closes all pages after each test, and fails it if a page had an uncaught
 * error.
 */
export function useBrowser(): OpenPage {
  let browser: Browser;
  const uncaught: unknown[] = [];

  beforeAll(async () => {
    browser = await launch().catch(async () => {
      // A run that was killed while unpacking left an incomplete executable, which is not unpacked again.
      rmSync(await packed.executablePath(), { force: true });
      return launch();
    });
  });

  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    expect(uncaught.splice(0)).toEqual([]);
  });

  afterAll(() => browser.close());

  return async (options = {}) => {
    const context = await browser.newContext(options);
    context.on('weberror', (failure) => uncaught.push(failure.error()));
    return context.newPage();
  };
}

async function launch(): Promise<Browser> {
  const executablePath = await packed.executablePath();
  // The fonts of the package, so that text has the same size on machines without fonts.
  const env = { ...process.env, FONTCONFIG_PATH: join(dirname(executablePath), 'fonts') };
  return chromium.launch({ executablePath, env, args, timeout: 30_000 });
}
