import { isIP } from 'node:net';
import type { AnswerHandler, DispatchOptions } from './connection.js';
import { ConnectionPool } from './connection-pool.js';
import { createConnector } from './node-agent.js';
import { connectThrough, type Proxy, withoutBrackets } from './proxy.js';

/** Sends requests; the part of undici's `Dispatcher` that is needed. */
export interface Agent {
  readonly dispatch: (options: DispatchOptions, handler: AnswerHandler) => unknown;
}

const agents = new Map<string | undefined, Agent>();

/** Returns the agent for a proxy, or for no proxy, which all clients of the process share. */
export function sharedAgent(proxy?: Proxy): Agent {
  const key = proxy && JSON.stringify(proxy);
  const agent = agents.get(key) ?? createAgent({ proxy });
  agents.set(key, agent);
  return agent;
}

/**
 * Creates an agent that sends over HTTP/2 to servers that choose it, and over HTTP/1.1 to others. It has no time-outs once it
 * is connected, and opens no connection that no request waits for.
 *
 * @param config The proxy to go through, and the certificate of the only issuer to trust, by default those that Node trusts.
 */
export function createAgent({ proxy, ...tls }: { readonly proxy?: Proxy | undefined; readonly ca?: string }): Agent {
  const direct = createConnector({ ...tls, allowH2: true });
  const connect =
    proxy === undefined ? direct : connectThrough(proxy, createConnector({ ...tls, allowH2: false }), direct);
  const pools = new Map<string, ConnectionPool>();
  const createPool = (address: string, servername: string, key: string): ConnectionPool => {
    const origin = new URL(address);
    const { protocol, hostname, host, port } = origin;
    const target = { protocol, hostname: withoutBrackets(hostname), host, port, servername };
    const pool = new ConnectionPool(
      origin,
      (callback) => connect(target, callback),
      () => pools.get(key) === pool && pools.delete(key),
    );
    return pool;
  };
  return {
    dispatch: (options, handler) => {
      const { origin, headers } = options;
      // A server behind several names chooses its certificate by the one that is asked for.
      const name = headers['host']?.replace(/:\d+$/u, '') ?? '';
      const servername = isIP(name) === 0 ? name : '';
      const key = `${origin} ${servername}`;
      const pool = pools.get(key) ?? createPool(origin, servername, key);
      pools.set(key, pool);
      pool.send({ options, handler, refused: false });
    },
  };
}
