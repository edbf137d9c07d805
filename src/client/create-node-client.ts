import { undiciTransport } from '../transport/undici/undici-transport.js';
import { buildClient, type Client } from './client.js';
import type { ClientConfig } from './client-config.js';
import { readEnvironment } from './read-environment.js';

/**
 * Creates a client for an OpenAI-style server, over undici. `apiKey` and `baseURL` default to `OPENAI_API_KEY` and
 * `OPENAI_BASE_URL`; the environment's key is never sent to a `baseURL` named here.
 *
 * ```ts
 * const client = createClient({ baseURL: 'http://localhost:11434/v1' });
 * client.chat({ model, messages }).pipe(textDeltas()).subscribe((text) => { … });
 * ```
 *
 * @throws {TypeError} For a field that is unknown or malformed.
 */
export function createNodeClient(config: ClientConfig = {}): Client {
  return buildClient(config, { createTransport: () => undiciTransport(), environment: readEnvironment() });
}
