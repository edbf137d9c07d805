import { startLocalServer, type LocalServer, type LocalServerConfig } from '../../src/local/index.js';

/** Starts a server without a pace before the tests of a block, and closes it after them. Returns a getter of its URL. */
export function useLocalServer(config: LocalServerConfig = {}): () => string {
  let server: LocalServer | undefined;
  beforeAll(async () => {
    server = await startLocalServer({ tokensPerSecond: 0, ...config });
  });
  afterAll(() => server?.close());
  return () => server?.url ?? '';
}

/** Posts a body: a string as it is, anything else as JSON. */
export function post(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(url, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) });
}

/** Reads the objects of an event stream, and its last data line. */
export async function readEvents(response: Response): Promise<{ objects: Fields[]; last: string | undefined }> {
  const data = (await response.text())
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => event.replace(/^data: /u, ''));
  return {
    objects: data.filter((text) => text !== '[DONE]').map((text) => JSON.parse(text) as Fields),
    last: data.at(-1),
  };
}

/** Any JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** Returns a chat body with one user message. */
export function chatBody(content: unknown, fields: Fields = {}): Fields {
  return { model: 'echo', messages: [{ role: 'user', content }], ...fields };
}
