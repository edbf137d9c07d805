import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from './launch-chromium.js';

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
    browser = await launchChromium();
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
