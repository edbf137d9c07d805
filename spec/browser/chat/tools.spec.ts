import { of } from 'rxjs';
import type { LocalModel } from '../../../src/local/index.js';
import { type Chat, chooseModels, shows, useChat } from './open-chat.js';

const openChat = useChat();

const question = 'How do I cancel an answer?';

/** A model that writes a text and calls a tool, and after the result writes another text. */
const caller =
  (name: string, given: unknown): LocalModel =>
  ({ messages }) =>
    messages.some(({ role }) => role === 'tool')
      ? of('So it is.')
      : of('Let me look.', { tool_calls: [{ function: { name, arguments: JSON.stringify(given) } }] });

describe('a tool call in the chat page', () => {
  it('runs once it is approved, and the answer goes on below', async () => {
    const { answerOf, ask, button, callOf, exchanges, page } = await openChat({ builtIn: ['docs'] });
    await ask(question);
    const call = callOf('search_docs');
    await shows(call, /search_docs waits for your approval.*cancel an answer/su);
    await shows(page.getByRole('status'), 'docs wants to call search_docs.');
    expect(exchanges).toHaveLength(1);

    await button('Approve').click();

    await shows(call, 'search_docs done');
    await shows(answerOf('docs'), 'I quote what the tools answered.');
    await call.getByText(/^Result/u).click();
    await shows(call.locator('details'), 'unsubscribing at any moment aborts it');
    const [above, below] = await Promise.all([call.boundingBox(), answerOf('docs').locator('.markdown').boundingBox()]);
    expect(above!.y + above!.height).toBeLessThanOrEqual(below!.y);
    expect(exchanges).toMatchObject([{ outcome: 'answered' }, { outcome: 'answered' }]);
  });

  it('does not run if it is denied, and the model is told', async () => {
    const { answerOf, ask, button, callOf, page } = await openChat({ builtIn: ['docs'] });
    const paths: string[] = [];
    page.on('request', (request) => paths.push(new URL(request.url()).pathname));
    await ask(question);

    await button('Deny').click();

    await shows(callOf('search_docs'), /search_docs denied.*The model was told:.*was denied/su);
    await shows(answerOf('docs').locator('.markdown'), 'was denied');
    expect(paths).not.toContain('/docs/README.md');
  });

  it.each(['the button', 'Escape'])('is not run after %s has stopped the answer', async (how) => {
    const { answerOf, ask, button, callOf, exchanges, page } = await openChat({
      models: { small: caller('search_docs', { query: 'x' }) },
    });
    await ask(question);
    await button('Approve').waitFor();

    await (how === 'Escape' ? page.keyboard.press('Escape') : button('Stop').click());

    await shows(callOf('search_docs'), 'stopped before it ran');
    await shows(answerOf('small'), /Let me look\..*Stopped\./su);
    expect(await button('Approve').count()).toBe(0);
    await button('Send').waitFor();
    expect(exchanges).toHaveLength(1);
  });

  it('is kept by a reload, with its result', async () => {
    const { answerOf, ask, button, callOf, page } = await openChat({ builtIn: ['docs'] });
    await ask(question);
    await button('Approve').click();
    await button('Regenerate').waitFor();

    await page.reload();

    await shows(callOf('search_docs'), 'search_docs done');
    await callOf('search_docs')
      .getByText(/^Result/u)
      .click();
    await shows(callOf('search_docs').locator('details'), 'unsubscribing at any moment aborts it');
    await shows(answerOf('docs'), 'I quote what the tools answered.');
  });

  it('counts as stopped if the page is reloaded while it waits', async () => {
    const { answerOf, ask, button, callOf, page } = await openChat({ models: { small: caller('local_time', {}) } });
    await ask(question);
    await button('Approve').waitFor();

    await page.reload();

    await shows(callOf('local_time'), 'stopped before it ran');
    await shows(answerOf('small'), /Let me look\..*Stopped\./su);
    await button('Regenerate').click();
    await button('Approve').click();
    await shows(answerOf('small'), /Let me look\..*local_time done.*So it is\./su);
  });

  it('is approved with the keyboard, and takes no focus', async () => {
    const { answerOf, ask, button, page } = await openChat({ models: { small: caller('local_time', {}) } });
    const focused = (): Promise<string> =>
      page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement!.textContent);
    await ask(question);
    await button('Approve').waitFor();
    expect(await focused()).toBe('Message');

    await page.keyboard.press('Shift+Tab');
    expect(await focused()).toBe('Deny');
    await page.keyboard.press('Shift+Tab');
    expect(await focused()).toBe('Approve');
    await page.keyboard.press('Enter');

    await shows(answerOf('small'), 'So it is.');
    expect(await focused()).toBe('Call of local_time');
    await page.keyboard.press('Tab');
    expect(await focused()).toMatch(/^Result/u);
  });

  it('of each model is approved apart', async () => {
    const models = { one: caller('local_time', {}), other: caller('local_time', {}) };
    const chat = await openChat({ models });
    await chooseModels(chat, Object.keys(models));
    await chat.ask(question);

    await chat.answerOf('other').getByRole('button', { name: 'Approve' }).click();

    await shows(chat.answerOf('other'), 'So it is.');
    await shows(chat.answerOf('one'), 'local_time waits for your approval');
    await chat.answerOf('one').getByRole('button', { name: 'Deny' }).click();
    await shows(chat.answerOf('one'), /local_time denied.*So it is\./su);
  });
});

describe('the settings of tools in the chat page', () => {
  it('let calls run unasked', async () => {
    const chat = await openChat({ builtIn: ['docs'] });
    await uncheck(chat, 'Ask me before each call');

    await chat.ask(question);

    await shows(chat.answerOf('docs'), /search_docs done.*I quote what the tools answered\./su);
  });

  it('offer no tools', async () => {
    const chat = await openChat({ builtIn: ['docs'] });
    await uncheck(chat, 'Models may call search_docs and local_time');

    await chat.ask(question);

    await shows(chat.answerOf('docs'), 'I search the documentation of rxllm');
    expect(await chat.callOf('search_docs').count()).toBe(0);
  });
});

describe('a hostile tool call in the chat page', () => {
  it.each([
    ['markup', '<img src=x onerror=run()>', { '<b>': '<script>run()</script><img src=x onerror=run()>' }],
    ['a megabyte', 'n'.repeat(1_000_000), { query: `<b>${'x'.repeat(1_000_000)}` }],
    ['hidden characters', 'local_\u202Eemit', { zone: '\u202Eneila\u2066\u200B' }],
  ])('is shown as text: %s', async (_, name, given) => {
    const { answerOf, ask, page } = await openChat({ models: { small: caller(name, given) } });
    const ran: string[] = [];
    await page.exposeFunction('run', () => ran.push('ran'));

    await ask(question);
    await shows(answerOf('small'), /failed.*The model was told:.*So it is\./su);
    // Opens everything that is folded.
    await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
    const call = answerOf('small').getByRole('group').first();
    const text = (await call.textContent()) ?? '';

    expect(await call.locator('img, b, script').count()).toBe(0);
    expect(text.length).toBeLessThan(25_000);
    expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/u);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    expect(ran).toEqual([]);
    await ask('Are you there?');
    await shows(page.getByRole('log'), 'Are you there?');
  });
});

async function uncheck({ button, page }: Chat, name: string): Promise<void> {
  await button('Settings').click();
  const settings = page.getByRole('dialog', { name: 'Settings' });
  // The dialog loads the saved settings just after it opens, which a person would not notice.
  await page.waitForFunction(() => document.querySelector<HTMLInputElement>('#base-url')?.value !== '');
  await settings.getByRole('checkbox', { name }).uncheck();
  await settings.getByRole('button', { name: 'Save' }).click();
  await settings.waitFor({ state: 'hidden' });
}
