import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import {
  type BuiltInModel,
  type LocalExchange,
  type LocalModel,
  type LocalServer,
  startLocalServer,
} from '../../../src/local/index.js';
import { createClient } from '../../../src/index.node.js';
import { memoryLog, relay, toNodeHandler } from '../../../src/server/index.js';
import { useBrowser } from '../use-browser.js';

/** An open chat page. */
export interface Chat {
  readonly page: Page;
  /** Ends all connections of the browser, as a lost network does. */
  readonly cutConnections: () => void;
  /** The finished chat exchanges of the model's server. */
  readonly exchanges: readonly LocalExchange[];
  /** Types and sends a prompt. */
  readonly ask: (prompt: string) => Promise<void>;
  /** The last answer of a model. */
  readonly answerOf: (model: string) => Locator;
  readonly button: (name: string | RegExp) => Locator;
  /** The last call of a tool. */
  readonly callOf: (tool: string) => Locator;
}

/** Options of {@link useChat}. */
export interface ChatConfig {
  readonly models?: Readonly<Record<string, LocalModel>>;
  /** Models of the local server; by default none. */
  readonly builtIn?: readonly BuiltInModel[];
  /** Options of the browser, such as its size and color scheme. */
  readonly options?: BrowserContextOptions;
  /** The folder of the page; by default where `npm run chat` builds it. */
  readonly pages?: string;
}

/** The folder of the example. */
export const app = join(__dirname, '../../../examples/angular-chat');
const built = join(app, 'dist/angular-chat/browser');

/**
 * Opens the chat page, from a server with the given models only, in front of which is a relay. Page and servers are closed
 * after the test.
 */
export function useChat(): (config: ChatConfig) => Promise<Chat> {
  const openPage = useBrowser();
  const servers: LocalServer[] = [];
  const fronts: Server[] = [];

  afterEach(async () => {
    fronts.forEach((front) => front.closeAllConnections());
    fronts.splice(0).forEach((front) => front.close());
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  return async ({ models = {}, builtIn = [], options, pages = built }) => {
    const exchanges: LocalExchange[] = [];
    const onExchange = (exchange: LocalExchange): void => {
      if (exchange.model !== undefined) {
        exchanges.push(exchange);
      }
    };
    const server = await startLocalServer({ builtIn, models, tokensPerSecond: 0, pages, onExchange });
    servers.push(server);
    const front = await startFront(server);
    fronts.push(front);
    const page = await openPage(options);
    await page.goto(`http://127.0.0.1:${(front.address() as AddressInfo).port}/`);
    return {
      page,
      cutConnections: () => front.closeAllConnections(),
      exchanges,
      ask: async (prompt) => {
        await page.getByRole('textbox', { name: 'Message' }).fill(prompt);
        // A person would also wait until the button is enabled.
        await page.locator('button:enabled', { hasText: /^Send$/u }).waitFor();
        await page.keyboard.press('Enter');
      },
      answerOf: (model) => page.getByRole('article', { name: `Answer of ${model}` }).last(),
      button: (name) => page.getByRole('button', { name, exact: true }),
      callOf: (tool) => page.getByRole('group', { name: `Call of ${tool}`, exact: true }).last(),
    };
  };
}

/** Starts what `npm run chat` serves: the page, and a relay to the models below `/v1`. */
async function startFront(local: LocalServer): Promise<Server> {
  const client = createClient({ baseURL: local.url });
  const log = memoryLog({ bytes: maxBytes });
  const limits = { bodyBytes: maxBytes };
  const handle = toNodeHandler(relay({ client, authorize: 'anyone', models: () => true, log, limits }));
  const front = createServer((asked, answer) => {
    const serve = asked.url?.startsWith('/v1/') === true ? handle : sendPage(local);
    serve(asked, answer);
  }).listen(0, '127.0.0.1');
  await once(front, 'listening');
  return front;
}

/** What a request, or an answer with the JSON of its events, may have. */
const maxBytes = 2 ** 26;

/** Sends files of the page from the local server. */
function sendPage({ url }: LocalServer): (asked: IncomingMessage, answer: ServerResponse) => void {
  const { hostname, port } = new URL(url);
  return ({ url: path, method, headers }, answer) => {
    request({ hostname, port, path, method, headers }, (page) => {
      answer.writeHead(page.statusCode ?? 500, page.headers);
      page.pipe(answer);
    })
      .on('error', () => answer.destroy())
      .end();
  };
}

/** Waits until an element shows a text. */
export async function shows(element: Locator, text: string | RegExp): Promise<void> {
  await element.filter({ hasText: text }).waitFor();
}

/** Chooses models, and the server if one is given, in the settings. */
export async function chooseModels({ page, button }: Chat, models: readonly string[], baseURL?: string): Promise<void> {
  await button('Settings').click();
  const settings = page.getByRole('dialog', { name: 'Settings' });
  // The dialog loads the saved settings just after it opens, which a person would not notice.
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
