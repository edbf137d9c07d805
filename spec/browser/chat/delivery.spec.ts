import { createScript } from './create-script.js';
import { shows, useChat } from './open-chat.js';

const openChat = useChat();

describe('the built chat page', () => {
  it('contains neither a key nor undici, and requests nothing from other servers', async () => {
    const { model, pieces } = createScript('Yes.');
    pieces.complete();
    const { answerOf, ask, page } = await openChat({ models: { small: model } });
    const consoleLines: string[] = [];
    page.on('console', (line) => consoleLines.push(line.text()));
    const files = Promise.all(
      ['index.html', 'script'].map(async (kind) => {
        const response = await page.waitForResponse((answer) =>
          kind === 'script' ? answer.request().resourceType() === 'script' : answer.request().isNavigationRequest(),
        );
        return response.text();
      }),
    );
    const requests: { readonly url: string; readonly authorization: string | undefined }[] = [];
    page.on('request', (request) => {
      requests.push({ url: request.url(), authorization: request.headers()['authorization'] });
    });

    await page.reload();
    const [html, script] = await files;
    await ask('Hello');
    await shows(answerOf('small'), 'Yes.');

    const { origin } = new URL(page.url());
    expect(html).toContain('Content-Security-Policy');
    expect(script?.length).toBeGreaterThan(100_000);
    // Codes that undici raises; the transports read some others.
    expect(script?.match(/UND_ERR_(?:SOCKET|ABORTED|CONNECT_TIMEOUT)|OPENAI_API_KEY|\bsk-\w{8,}/gu)).toBeNull();
    expect(requests.filter(({ url }) => !url.startsWith(`${origin}/`) && !url.startsWith('data:'))).toEqual([]);
    expect(requests.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
    expect(requests.filter(({ url }) => url === `${origin}/v1/chat/completions`)).toHaveLength(1);
    expect(consoleLines).toEqual([]);
  });
});
