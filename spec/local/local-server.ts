import { startLocalServer, type LocalServer, type LocalServerConfig } from '../../src/local/index.js';

/** Starts a server without a pace before the specs of a file or block, and closes it after them. */
export function useLocalServer(config: LocalServerConfig = {}): () => string {
  let server: LocalServer | undefined;
  beforeAll(async () => {
    server = await startLocalServer({ tokensPerSecond: 0, ...config });
  });
  afterAll(() => server?.close());
  return () => server?.url ?? '';
}

/** Posts a body to an endpoint: text as it is, anything else as JSON. */
export function post(url: string, body: unknown): Promise<Response> {
  return fetch(url, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });
}

/** The objects of an event stream, and its last data line. */
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

/** Some JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** A chat body with one user message. */
export function chatBody(content: unknown, fields: Fields = {}): Fields {
  return { model: 'echo', messages: [{ role: 'user', content }], ...fields };
}
