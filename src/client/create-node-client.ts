import { undiciTransport } from '../transport/undici/undici-transport.js';
import type { ClientConfig } from './client-config.js';
import { buildClient, type Client } from './create-client.js';

/**
 * Creates a client for an OpenAI-style server, over undici. It never retries by itself. `apiKey` and `baseURL` default to
 * `OPENAI_API_KEY` and `OPENAI_BASE_URL`; the environment's key is never sent to a `baseURL` set in code.
 *
 * ```ts
 * const client = createClient({ baseURL: 'http://localhost:11434/v1' });
 * client.chat({ model, messages }).pipe(textDeltas()).subscribe((text) => { … });
 * ```
 *
 * @throws {TypeError} For an unknown or invalid field.
 */
export function createNodeClient(config: ClientConfig = {}): Client {
  return buildClient(config, { createTransport: () => undiciTransport(), environment: readEnvironment() });
}

/** The API address and key from the environment. */
export interface Environment {
  readonly apiKey: string | undefined;
  readonly baseURL: string | undefined;
}

/**
 * Reads `OPENAI_API_KEY` and `OPENAI_BASE_URL`; an empty variable counts as not set.
 *
 * @param variables The environment to read. Default `process.env`.
 */
export function readEnvironment(
  variables: Readonly<Record<string, string | undefined>> = globalThis.process.env,
): Environment {
  const read = (name: string): string | undefined => variables[name]?.trim() || undefined;
  return { apiKey: read('OPENAI_API_KEY'), baseURL: read('OPENAI_BASE_URL') };
}
