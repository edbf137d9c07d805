import { createClient } from '../../index.node.js';
import { readEnvironment } from '../../node/index.js';
import { UsageError } from '../errors.js';
import { type Connect, connectLocally, remoteServer } from './connect.js';
import { readKey } from './key.js';

/** Which server to use, and how long to wait for it. */
export interface ServerOptions {
  readonly baseURL: string | undefined;
  /** The key, or `@` and the file that holds it; sent to whichever server is used. */
  readonly key: string | undefined;
  /** How long the server may be silent, in milliseconds; the client's own deadlines by default. */
  readonly timeout: number | undefined;
}

/**
 * Chooses the server named by the options, else by the environment, else OpenAI if either has a key, else a server inside
 * this process.
 *
 * @throws {UsageError} When the environment's base URL is invalid.
 * @throws {CliError} When the key file cannot be read.
 */
export function chooseServer({ baseURL, key, timeout }: ServerOptions, stderr: NodeJS.WriteStream): Connect {
  const environment = readEnvironment();
  if (baseURL === undefined && environment.baseURL !== undefined) {
    checkBaseURL('OPENAI_BASE_URL', environment.baseURL);
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

/**
 * Checks a base URL.
 *
 * @param name The option or variable that holds it.
 * @throws {UsageError} Without quoting the URL, which may contain a password.
 */
export function checkBaseURL(name: string, baseURL: string): void {
  if (!/^https?:\/\//iu.test(baseURL) || !URL.canParse(baseURL)) {
    throw new UsageError(
      `${name} must be a URL that begins with http:// or https://, such as http://localhost:11434/v1`,
    );
  }
  const { username, password } = new URL(baseURL);
  if (username !== '' || password !== '') {
    throw new UsageError(`${name} must not contain a user name or password`);
  }
  try {
    createClient({ baseURL });
  } catch (error) {
    throw new UsageError((error as TypeError).message.replace('baseURL', name), { cause: error });
  }
}
