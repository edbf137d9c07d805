import packed from '@sparticuz/chromium';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** The package's own arguments switch off the rule of one origin, which a page that talks to a server is to obey. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Opens an empty page, as of a visitor who was never here. */
export type OpenPage = (options?: BrowserContextOptions) => Promise<Page>;

/**
 * Runs Chromium during the specs of a file. Pages are closed behind each test, which fails when one of them raised an
 * error that nobody caught.
 */
export function useBrowser(): OpenPage {
  let browser: Browser;
  const uncaught: unknown[] = [];

  beforeAll(async () => {
    browser = await launch().catch(async () => {
      // A run that was killed while it unpacked left half a program, which is then taken for a whole one.
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
  // The fonts that come with it, so that text has its size on machines without any.
  const env = { ...process.env, FONTCONFIG_PATH: join(dirname(executablePath), 'fonts') };
  return chromium.launch({ executablePath, env, args, timeout: 30_000 });
}
