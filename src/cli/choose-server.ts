import { createClient } from '../index.node.js';
import { readEnvironment } from '../node/index.js';
import { checkAddress } from './check-address.js';
import { connectLocally } from './connect-locally.js';
import type { ServerChoice } from './question.js';
import { readKey } from './read-key.js';
import { remoteServer } from './remote-server.js';
import type { Connect } from './server.js';

/**
 * The server to ask: the one named here, else the one the environment names, else OpenAI where there is a key, named here or there, else one
 * inside this process.
 *
 * @throws {UsageError} When the environment's address cannot be one.
 * @throws {Failure} When the file that holds the key cannot be read.
 */
export function chooseServer({ baseURL, key, timeout }: ServerChoice, stderr: NodeJS.WriteStream): Connect {
  const environment = readEnvironment();
  if (baseURL === undefined && environment.baseURL !== undefined) {
    checkAddress('OPENAI_BASE_URL', environment.baseURL);
  }
  const apiKey = key === undefined ? undefined : readKey(key);
  const deadlines = { headers: timeout, firstChunk: timeout, idle: timeout };
  const address = baseURL ?? environment.baseURL;
  if (address === undefined && (apiKey ?? environment.apiKey) === undefined) {
    return connectLocally({ deadlines }, stderr);
  }
  const server = remoteServer(createClient({ baseURL, apiKey, deadlines }), address, apiKey ?? environment.apiKey);
  return (use) => use(server);
}
