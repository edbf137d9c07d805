import { join } from 'node:path';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { type LocalExchange, type LocalModel, type LocalServer, startLocalServer } from '../../../src/local/index.js';
import { useBrowser } from '../use-browser.js';

/** The chat page at work. */
export interface Chat {
  readonly page: Page;
  /** What the server saw: chats that are over. */
  readonly exchanges: readonly LocalExchange[];
  /** Asks by the keyboard. */
  readonly ask: (prompt: string) => Promise<void>;
  /** The last answer of a model. */
  readonly answerOf: (model: string) => Locator;
  readonly button: (name: string | RegExp) => Locator;
}

/** What a spec wants of {@link useChat}. */
export interface ChatConfig {
  readonly models: Readonly<Record<string, LocalModel>>;
  /** What the browser is like: its size, its colours. */
  readonly options?: BrowserContextOptions;
  /** Where the page lies; by default where `npm run chat` puts it. */
  readonly pages?: string;
}

/** The folder of the example, and the one that its page is built into. */
export const app = join(__dirname, '../../../examples/angular-chat');
const built = join(app, 'dist/angular-chat/browser');

/** Opens the chat page in a browser, from a server that offers the given models only. Both end with the test. */
export function useChat(): (config: ChatConfig) => Promise<Chat> {
  const openPage = useBrowser();
  const servers: LocalServer[] = [];

  afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

  return async ({ models, options, pages = built }) => {
    const exchanges: LocalExchange[] = [];
    const onExchange = (exchange: LocalExchange): void => {
      if (exchange.model !== undefined) {
        exchanges.push(exchange);
      }
    };
    const server = await startLocalServer({ builtIn: [], models, tokensPerSecond: 0, pages, onExchange });
    servers.push(server);
    const page = await openPage(options);
    await page.goto(new URL('/', server.url).href);
    return {
      page,
      exchanges,
      ask: async (prompt) => {
        await page.getByRole('textbox', { name: 'Message' }).fill(prompt);
        // As a person does, who sees when it can be sent.
        await page.locator('button:enabled', { hasText: /^Send$/u }).waitFor();
        await page.keyboard.press('Enter');
      },
      answerOf: (model) => page.getByRole('article', { name: `Answer of ${model}` }).last(),
      button: (name) => page.getByRole('button', { name, exact: true }),
    };
  };
}

/** Waits until a place shows a text. */
export async function shows(place: Locator, text: string | RegExp): Promise<void> {
  await place.filter({ hasText: text }).waitFor();
}

/** Chooses models in the settings, and the server that is asked for them. */
export async function chooseModels({ page, button }: Chat, models: readonly string[], baseURL?: string): Promise<void> {
  await button('Settings').click();
  const settings = page.getByRole('dialog', { name: 'Settings' });
  // It fills in what was saved a moment after it is shown: sooner than a person types, but not than a program.
  await page.waitForFunction(() => document.querySelector<HTMLInputElement>('#base-url')?.value !== '');
  if (baseURL !== undefined) {
    await settings.getByRole('textbox', { name: 'Base URL' }).fill(baseURL);
  }
  for (const model of models) {
    const choice = settings.getByRole('checkbox', { name: model, exact: true });
    if ((await choice.count()) === 0) {
      await settings.getByRole('textbox', { name: 'Another model' }).fill(model);
      await settings.getByRole('button', { name: 'Add' }).click();
    }
    await choice.check();
  }
  await settings.getByRole('button', { name: 'Save' }).click();
  await settings.waitFor({ state: 'hidden' });
}
