import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { from } from 'rxjs';
import { app, shows, useChat } from './open-chat.js';

const openChat = useChat();
const chunks = 5_000;
const words = Array.from({ length: chunks }, (_, index) => (index % 50 === 49 ? 'word.\n\n' : 'word '));

/** The profiler event of Angular for the start of a change detection; only development builds have it. */
const changeDetectionStart = 12;

const development = mkdtempSync(join(tmpdir(), 'rxllm-chat-'));

beforeAll(() => {
  const ng = createRequire(join(app, 'package.json')).resolve('@angular/cli/bin/ng.js');
  const parameters = ['build', '--configuration', 'development', '--output-path', development];
  const { status, stdout, stderr } = spawnSync(process.execPath, [ng, ...parameters], { cwd: app, encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(`The chat could not be built: ${stdout}${stderr}`);
  }
}, 240_000);

afterAll(() => rmSync(development, { recursive: true, force: true }));

describe('a burst of chunks in the chat page', () => {
  it('causes far fewer change detections than chunks', async () => {
    const pages = join(development, 'browser');
    const { answerOf, ask, button, page } = await openChat({ models: { fast: () => from(words) }, pages });
    await page.evaluate((start) => {
      const { ng } = window as unknown as { ng: Record<'ɵsetProfiler', (profile: (event: number) => void) => void> };
      Object.assign(window, { changeDetections: 0 });
      ng.ɵsetProfiler((event) => {
        (window as unknown as { changeDetections: number }).changeDetections += event === start ? 1 : 0;
      });
    }, changeDetectionStart);

    await ask('Go');
    await button('Regenerate').waitFor();
    await shows(answerOf('fast'), 'tokens/s');

    const count = await page.evaluate(() => (window as unknown as { changeDetections: number }).changeDetections);
    print(`${count} change detections for ${chunks} chunks, ${(1000 * count) / chunks} per 1,000`);
    expect(await wordsOf(page)).toBe(chunks);
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(chunks / 10);
  });

  it('is shown in full', async () => {
    const { ask, button, page } = await openChat({ models: { fast: () => from(words) } });
    await page.evaluate(() => {
      const frames: number[] = [];
      Object.assign(window, { frames });
      const record = (now: number): void => {
        const answer = document.querySelector('article');
        if (answer !== null) {
          frames.push(now);
        }
        if (answer?.ariaBusy !== 'false') {
          requestAnimationFrame(record);
        }
      };
      requestAnimationFrame(record);
    });

    await ask('Go');
    await button('Regenerate').waitFor();

    // From the first frame of the answer to the first one that shows it in full.
    const frames = await page.evaluate(() => (window as unknown as { frames: readonly number[] }).frames);
    const gaps = frames.slice(1).map((at, index) => at - frames[index]!);
    const dropped = gaps.reduce((sum, gap) => sum + Math.max(Math.round((gap * 60) / 1000) - 1, 0), 0);
    const duration = gaps.reduce((sum, gap) => sum + gap, 0);
    print(
      `${chunks} chunks in ${duration.toFixed(0)} ms: ${((1000 * gaps.length) / duration).toFixed(0)} frames per second, ` +
        `${dropped} dropped, the longest ${Math.max(0, ...gaps).toFixed(0)} ms`,
    );
    expect(await wordsOf(page)).toBe(chunks);
  });
});

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function wordsOf(page: Page): Promise<number> {
  return (await page.locator('.markdown').innerText()).match(/word/gu)?.length ?? 0;
}
