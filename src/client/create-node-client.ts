import { undiciTransport } from '../transport/undici-transport.js';
import type { ClientConfig } from './client-config.js';
import { buildClient, type Client } from './create-client.js';

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

/** The server and key that the environment names. */
export interface Environment {
  readonly apiKey: string | undefined;
  readonly baseURL: string | undefined;
}

/**
 * Reads `OPENAI_API_KEY` and `OPENAI_BASE_URL`; empty counts as absent.
 *
 * @param variables The environment to read; that of the process by default.
 */
export function readEnvironment(
  variables: Readonly<Record<string, string | undefined>> = globalThis.process.env,
): Environment {
  const read = (name: string): string | undefined => variables[name]?.trim() || undefined;
  return { apiKey: read('OPENAI_API_KEY'), baseURL: read('OPENAI_BASE_URL') };
}
