import { type IPty, spawn } from '@lydell/node-pty';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { useBrowser } from './use-browser.js';

const openPage = useBrowser();
let example: IPty;
let ended: Promise<number>;
let address: string;
let page: Page;

beforeAll(async () => {
  // In a terminal, the example serves its page until it is interrupted.
  example = spawn(process.execPath, ['--import', './.config/typescript.mjs', 'examples/09-browser.ts'], {
    cwd: join(__dirname, '../..'),
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  });
  ended = new Promise((resolve) => example.onExit(({ exitCode }) => resolve(exitCode)));
  let output = '';
  address = await new Promise((resolve, reject) => {
    example.onData((text) => {
      output += text;
      const [found] = /http:\S+/u.exec(output) ?? [];
      if (found !== undefined) {
        resolve(found);
      }
    });
    void ended.then(() => reject(new Error(`ended before it served: ${output}`)));
  });
});

afterAll(() => example.kill('SIGKILL'));

beforeEach(async () => {
  page = await openPage();
  await page.goto(address);
});

describe('the browser example', () => {
  it('shows an answer while it streams', async () => {
    const reply = await send();
    const early = await textOf(reply);
    const later = await textOf(reply, early.length);

    expect(await page.locator('main p').first().textContent()).toBe('> How do I cancel an answer?');
    expect(later.startsWith(early)).toBe(true);
  });

  it('stops an answer, and its request', async () => {
    const reply = await send();
    const early = await textOf(reply);
    const failed = page.waitForEvent('requestfailed');

    await page.getByRole('button', { name: 'Stop' }).click();

    expect((await failed).failure()?.errorText).toBe('net::ERR_ABORTED');
    expect((await textOf(reply)).startsWith(early)).toBe(true);
  });

  it('cancels an answer for the next prompt', async () => {
    await textOf(await send());
    const failed = page.waitForEvent('requestfailed');

    await page.getByRole('textbox', { name: 'Message' }).fill('How do I retry?');
    const reply = await send();

    expect((await failed).failure()?.errorText).toBe('net::ERR_ABORTED');
    expect(await textOf(reply)).not.toBe('');
    expect(await page.locator('main p').allTextContents()).toHaveLength(4);
  });

  it('ends when it is interrupted in the terminal', async () => {
    example.write('\u0003');

    expect(await ended).toBe(0);
  });
});

/** Sends the prompt in the text field, and returns where the answer is shown. */
async function send(): Promise<Locator> {
  await page.getByRole('button', { name: 'Send' }).click();
  return page.locator('main p').last();
}

/** Waits until the text of an element is longer than `length`, and returns it. */
async function textOf(element: Locator, length = 0): Promise<string> {
  const handle = await element.elementHandle();
  await page.waitForFunction(([shown, than]) => shown.textContent.length > than, [handle, length] as const);
  return (await element.textContent()) ?? '';
}
