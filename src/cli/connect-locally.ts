import { defer, of } from 'rxjs';
import { type ClientConfig, createClient } from '../index.node.js';
import type { Connect, Server } from './server.js';
import { withLocalServer } from './with-local-server.js';
import { writeLine } from './write-line.js';

/** A good pace for a person who waits for the whole answer, yet sees it stream. */
const tokensPerSecond = 150;

/**
 * Starts a server inside this process, which needs no key, and says so; closes it in the end.
 *
 * @param config Of the client that asks it, but for the address.
 */
export function connectLocally(config: ClientConfig, stderr: NodeJS.WriteStream): Connect {
  return (use) =>
    defer(() => {
      writeLine(stderr, 'Neither a key nor a base URL is set: a local server answers (see rxllm --help).', 'dim');
      return withLocalServer({ tokensPerSecond }, ({ url }) => use(localServer({ ...config, baseURL: url })));
    });
}

function localServer(config: ClientConfig): Server {
  return {
    client: createClient(config),
    defaultModel: () => of('docs'),
    modelAdvice: () => of('For models of other servers, set OPENAI_API_KEY or --base-url.'),
  };
}
