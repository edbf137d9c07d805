import type { Page } from 'playwright-core';
import { chatRequest, eventStream, hello, textChunk } from '../support/answers.js';
import { closeServers, type LoopbackServer, startServer } from '../support/loopback.js';
import { bundleProgram, openProgram, type Program } from './open-program.js';
import { useBrowser } from './use-browser.js';

const openPage = useBrowser();
let program: Program;
let page: Page;
let server: LoopbackServer;

beforeAll(async () => {
  program = await bundleProgram('library');
});

beforeEach(async () => {
  page = await openPage();
  await openProgram(page, program);
  server = await startServer();
});

afterEach(closeServers);

describe('a client in a page', () => {
  it('streams an answer from another origin, without a key', async () => {
    const answer = page.evaluate(
      ([baseURL, request]) => {
        const { createClient, textDeltas } = window.rxllm;
        return window.rxjs.lastValueFrom(
          createClient({ baseURL }).chat(request).pipe(textDeltas(), window.rxjs.toArray()),
        );
      },
      [server.url, chatRequest] as const,
    );
    const served = await server.next();
    served.head(200, { 'content-type': 'text/event-stream' });
    served.end(hello);

    expect(await answer).toEqual(['Hel', 'lo']);
    expect(served.headers.authorization).toBeUndefined();
  });

  it('closes the exchange after the first text if that is enough', async () => {
    const answer = page.evaluate(
      ([baseURL, request]) => {
        const { createClient, textDeltas } = window.rxllm;
        return window.rxjs.firstValueFrom(createClient({ baseURL }).chat(request).pipe(textDeltas()));
      },
      [server.url, chatRequest] as const,
    );
    const served = await server.next();
    served.head(200, { 'content-type': 'text/event-stream' });
    served.write(eventStream(textChunk('Hel'), textChunk('lo')));

    expect(await answer).toBe('Hel');
    expect(await served.over).toBe('cut');
  });

  it('closes the exchange when the page is left', async () => {
    await page.evaluate(
      ([baseURL, request]) => {
        window.rxllm.createClient({ baseURL }).chat(request).subscribe();
      },
      [server.url, chatRequest] as const,
    );
    const served = await server.next();
    served.head(200, { 'content-type': 'text/event-stream' });
    served.write(eventStream(textChunk('Hel')));

    await page.close();

    expect(await served.over).toBe('cut');
  });

  it('refuses a key, and recommends a relay', async () => {
    const refusal = await page.evaluate((baseURL) => {
      try {
        window.rxllm.createClient({ baseURL, apiKey: 'sk-test' });
        return 'taken';
      } catch (error) {
        return String(error);
      }
    }, server.url);

    expect(refusal).toMatch(/^TypeError: .*apiKey.*relays.*dangerouslyAllowBrowser/u);
  });

  it('raises a retryable ConnectionError when the server cannot be reached', async () => {
    const { url } = server;
    await closeServers();

    const failure = await page.evaluate(
      ([baseURL, request]) =>
        window.rxjs.lastValueFrom(window.rxllm.createClient({ baseURL }).chat(request)).catch((error: unknown) => {
          const { name, retryable } = error as { name: string; retryable: boolean };
          return { name, retryable };
        }),
      [url, chatRequest] as const,
    );

    expect(failure).toEqual({ name: 'ConnectionError', retryable: true });
  });

  it('contains neither undici nor the Node entry', () => {
    expect(program.modules.filter((path) => /undici|index\.node|dist\/esm\/(?:node|local|cli)\//u.test(path))).toEqual(
      [],
    );
    expect(program.code.match(/.{9}(?:OPENAI_API_KEY|from"node:).{9}/gu)).toBeNull();
  });
});
