import { source } from 'axe-core';
import type { AxeResults } from 'axe-core';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { of } from 'rxjs';
import type { Page } from 'playwright-core';
import type { ToolCallDelta } from '../../../src/index.js';
import { createScript } from './create-script.js';
import { type Chat, chooseModels, shows, useChat } from './open-chat.js';

/** Where screenshots are written, for people to look at. */
const pictures = join(__dirname, '../screenshots');

const finished = `Unsubscribe, and the **request** is aborted:

\`\`\`ts
const answer = client.chat({ model, messages }).subscribe(show);
answer.unsubscribe();
\`\`\`

| when | what the server sees |
|---|---|
| before the headers | a closed connection |
| in the middle | a closed connection |

1. Nothing is left open, see [the standard](https://dom.spec.whatwg.org/).
2. No timer either.

> A \`switchMap\` does it for you.`;

const states: Readonly<Record<string, (chat: Chat) => Promise<void>>> = {
  empty: (chat) => shows(chat.page.getByRole('log'), 'will answer'),
  conversation: async (chat) => {
    await chooseModels(chat, ['steady', 'failing']);
    await chat.ask('How do I cancel an answer?');
    await shows(chat.answerOf('steady'), 'No timer either.');
    await shows(chat.answerOf('failing'), "The model's server failed");
    await chat.ask('And then?');
    await shows(chat.answerOf('steady'), 'Nothing more');
  },
  tools: async (chat) => {
    await chooseModels(chat, ['docs', 'calling']);
    await chat.ask('How do I cancel an answer?');
    await chat.answerOf('docs').getByRole('button', { name: 'Approve' }).click();
    await shows(chat.answerOf('docs'), 'I quote what the tools answered.');
    await chat
      .callOf('search_docs')
      .getByText(/^Result/u)
      .click();
    await shows(chat.answerOf('calling'), /no_tool failed.*local_time waits for your approval/su);
  },
  settings: (chat) => chat.button('Settings').click(),
};

const windows = [
  ['wide', { width: 1100, height: 760 }],
  ['phone', { width: 390, height: 760 }],
] as const;
const looks = windows.flatMap(([width, viewport]) =>
  (['light', 'dark'] as const).flatMap((colorScheme) =>
    Object.keys(states).map((state) => [width, colorScheme, state, viewport] as const),
  ),
);

const openChat = useChat();

beforeAll(() => mkdirSync(pictures, { recursive: true }));

describe('the chat page', () => {
  it.each(looks)('is accessible: %s, %s, %s', async (width, colorScheme, state, viewport) => {
    const steady = createScript(finished);
    steady.pieces.complete();
    const streaming = createScript('Nothing more');
    const failing = createScript('Half of an');
    failing.pieces.error(new Error('Out of memory.'));
    let asked = 0;
    const chat = await openChat({
      models: {
        steady: (given) => (asked++ === 0 ? steady : streaming).model(given),
        failing: failing.model,
        calling: () =>
          of('Let me see.', { tool_calls: [callOf('no_tool', 'x'.repeat(1000)), callOf('local_time', 'UTC')] }),
      },
      builtIn: ['docs'],
      options: { viewport, colorScheme },
    });

    await states[state]!(chat);

    await chat.page.screenshot({
      path: join(pictures, `${width}-${colorScheme}-${state}.png`),
      animations: 'disabled',
    });
    expect(await violationsOn(chat.page)).toEqual([]);
    expect(await chat.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  });

  it('can be used with the keyboard alone', async () => {
    const { model, pieces } = createScript('Yes.');
    pieces.complete();
    const { answerOf, button, page } = await openChat({ models: { small: model } });
    const focused = (): Promise<string | null> =>
      page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement!.textContent);

    expect(await focused()).toBe('Message');
    await page.keyboard.type('One');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('Two');
    await page.keyboard.press('Enter');
    await shows(answerOf('small'), 'Yes.');
    await shows(page.locator('.prompt'), /One\nTwo/u);
    expect(await focused()).toBe('Message');

    await button('Regenerate').focus();
    await page.keyboard.press('Enter');
    await button('Regenerate').waitFor();
    expect(await focused()).toBe('Message');
  });

  it('announces each state of an answer once to screen readers', async () => {
    const { model, pieces } = createScript('One ');
    const { answerOf, ask, page } = await openChat({ models: { small: model } });
    const status = page.getByRole('status');
    await page.evaluate(() => {
      const announced: string[] = [];
      Object.assign(window, { announced });
      const look = (): void => {
        const text = document.querySelector('[role=status]')!.textContent.trim();
        if (text !== announced.at(-1)) {
          announced.push(text);
        }
      };
      new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
    });

    await ask('Count');
    for (const piece of ['two ', 'three ', 'four']) {
      pieces.next(piece);
      await shows(answerOf('small'), piece.trim());
    }
    pieces.complete();
    await shows(status, 'small answered: One two three four');

    const announced = await page.evaluate(() => (window as unknown as { announced: readonly string[] }).announced);
    expect(announced.filter((text) => text === 'small is answering.')).toHaveLength(1);
    expect(announced.length).toBeLessThanOrEqual(4);
  });
});

function callOf(name: string, zone: string): ToolCallDelta {
  return { function: { name, arguments: JSON.stringify({ zone }) } };
}

/** Runs axe, and describes the violations. */
async function violationsOn(page: Page): Promise<readonly string[]> {
  await page.evaluate(source);
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}
