import { fetchTransport } from '../../src/index.node.js';
import { undiciTransport } from '../../src/node/index.js';

/** The two transports a Node client may have. */
export const transports = { fetch: fetchTransport, undici: undiciTransport } as const;
