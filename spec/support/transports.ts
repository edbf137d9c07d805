import { fetchTransport } from '../../src/index.node.js';
import { undiciTransport } from '../../src/node/index.js';

/** The transports for Node, by name. */
export const transports = { fetch: fetchTransport, undici: undiciTransport } as const;
