import type { Dispatcher } from 'undici';
import { undiciTransport } from '../../src/node/index.js';
import type { Transport } from '../../src/transport/transport.js';
import { createAgent } from '../../src/transport/undici/agent.js';

/** Creates the default transport of Node as it is where the issuer of a server's certificate is trusted. */
export function trustingTransport(ca: string): Transport {
  const agent: unknown = createAgent({ ca });
  return undiciTransport({ dispatcher: agent as Dispatcher });
}
