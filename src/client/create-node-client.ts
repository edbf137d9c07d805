import { nodeTransport } from '../transport/node-transport.js';
import type { ClientConfig } from './client-config.js';
import { buildClient, type Client } from './create-client.js';
import { ownHeaders, readEnvironment, trustedEnvironment } from './environment.js';

/**
 * Creates a client for an OpenAI-style server, over undici, or over the `fetch` or the global dispatcher that the program has
 * put in its place. It never retries, except that a background response is resumed where its connection broke, unless
 * `resume` is `false`. `apiKey` and `baseURL` default to `OPENAI_API_KEY` and `OPENAI_BASE_URL`; the environment's key is
 * never sent to a `baseURL` set in code.
 *
 * ```ts
 * const client = createClient({ baseURL: 'http://localhost:11434/v1' });
 * client.chat({ model, messages }).pipe(textDeltas()).subscribe((text) => { … });
 * ```
 *
 * @throws {TypeError} For an unknown or invalid field.
 */
export function createNodeClient(config: ClientConfig = {}): Client {
  return buildClient(config, {
    createTransport: nodeTransport,
    environmentFor: trustedEnvironment(readEnvironment()),
    headers: ownHeaders,
  });
}
