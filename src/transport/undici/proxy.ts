import { request } from 'node:http';
import { BlockList, isIP, type Socket } from 'node:net';
import { unescape } from 'node:querystring';
import type { buildConnector } from 'undici';
import { ConnectionError } from '../../errors/connection-error.js';
import { toTransportError } from '../to-transport-error.js';
import type { DispatchOptions } from './connection.js';

/** A proxy that the environment names. */
export interface Proxy {
  /** Without credentials. */
  readonly address: URL;
  /** The headers that a request to the proxy itself needs. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Opens a connection as undici's connector does. */
export type OpenConnection = (
  target: buildConnector.Options,
  callback: buildConnector.Callback,
) => {
  /** Cancels opening it. */
  readonly destroy: (reason: Error) => unknown;
};

/**
 * Returns the proxy for an address: `HTTPS_PROXY` for https, else `HTTP_PROXY`, unless `NO_PROXY` lists the host. Names in
 * lower case win. Read at each request, as undici's `EnvHttpProxyAgent` does; networks in `NO_PROXY` as curl does.
 *
 * @throws {ConnectionError} If the address of the proxy is invalid.
 */
export function environmentProxy(url: URL, variables = globalThis.process.env): Proxy | undefined {
  const read = (name: string): string => (variables[name.toLowerCase()] || variables[name] || '').trim();
  const value = (url.protocol === 'https:' && read('HTTPS_PROXY')) || read('HTTP_PROXY');
  return value === '' || isExcluded(url, read('NO_PROXY')) ? undefined : parseProxy(value);
}

/** Whether a list names a host: its entries are hosts with their subdomains, or networks, with or without a port; `*` is all. */
function isExcluded({ protocol, hostname, port }: URL, list: string): boolean {
  const host = listedName(hostname);
  const hostPort = port || (protocol === 'https:' ? '443' : '80');
  return list.split(/[\s,]+/u).some((entry) => {
    const [, name = entry, onlyPort = hostPort] = /^(\[.+\]|[^:]+):(\d+)$/u.exec(entry) ?? [];
    const domain = listedName(name.toLowerCase().replace(/^\*?\./u, ''));
    const isListed = `.${host}`.endsWith(`.${domain}`) || isInNetwork(host, domain);
    return entry === '*' || (entry !== '' && onlyPort === hostPort && isListed);
  });
}

/** Whether an IP address is in a network such as `10.0.0.0/8`, or is an address that is written in another form. */
function isInNetwork(address: string, network: string): boolean {
  const [, start = '', bits] = /^([^/]+)(?:\/(\d+))?$/u.exec(network) ?? [];
  const maxBits = isIP(start) === 4 ? 32 : 128;
  const prefix = Number(bits ?? maxBits);
  if (isIP(start) === 0 || isIP(address) === 0 || prefix > maxBits) {
    return false;
  }
  const addresses = new BlockList();
  addresses.addSubnet(start, prefix, `ipv${isIP(start) as 4 | 6}`);
  return addresses.check(address, `ipv${isIP(address) as 4 | 6}`);
}

/** Removes the brackets of an IPv6 address, and the dot at the end of an absolute name. */
function listedName(host: string): string {
  return withoutBrackets(host.replace(/\.$/u, ''));
}

/** Removes the brackets of an IPv6 address. */
export function withoutBrackets(host: string): string {
  return host.replace(/^\[|\]$/gu, '');
}

function parseProxy(value: string): Proxy {
  const address = value.includes('://') ? value : `http://${value}`;
  // A password with a character such as / or # would end the host early, and be taken for the host itself.
  if (!/^https?:\/\/[^/?#\\]+(?:[/?#\\][^@]*)?$/iu.test(address) || !URL.canParse(address)) {
    throw new ConnectionError(
      'HTTPS_PROXY and HTTP_PROXY must be addresses that begin with http:// or https://, with URL-encoded credentials',
      { retryable: false },
    );
  }
  const { origin, username, password } = new URL(address);
  const credentials = Buffer.from(`${unescape(username)}:${unescape(password)}`).toString('base64');
  return {
    address: new URL(origin),
    headers: username + password === '' ? {} : { 'proxy-authorization': `Basic ${credentials}` },
  };
}

/** Addresses a request over http to the proxy itself. One over https goes through a tunnel and stays as it is. */
export function toProxy(options: DispatchOptions, { headers }: Proxy): DispatchOptions {
  const { origin, path } = options;
  return origin.startsWith('https:')
    ? options
    : { ...options, path: origin + path, headers: { ...headers, ...options.headers } };
}

/**
 * Makes connectors go through a proxy: for https it asks the proxy for a tunnel, through which TLS reaches the server.
 *
 * @param connect Connects to the proxy, over HTTP/1.1.
 * @param connectInside Connects to the server in a tunnel.
 */
export function connectThrough(proxy: Proxy, connect: OpenConnection, connectInside: OpenConnection): OpenConnection {
  const { protocol, hostname, host, port, origin } = proxy.address;
  return (target, callback) => {
    const fail = (error: Error): void =>
      callback(
        toTransportError(error, { url: origin, headers: proxy.headers, server: `the proxy ${origin}` }, false),
        null,
      );
    let opening = connect({ protocol, hostname: withoutBrackets(hostname), host, port }, (error, socket) => {
      if (error !== null) {
        fail(error);
      } else if (target.protocol === 'https:') {
        openTunnel(socket);
      } else {
        callback(null, socket);
      }
    });
    const openTunnel = (socket: Socket): void => {
      const path = target.port === '' ? `${target.host}:443` : target.host;
      request({ method: 'CONNECT', path, headers: { host: path, ...proxy.headers }, createConnection: () => socket })
        .on('connect', ({ statusCode = 0 }) => {
          if (statusCode >= 200 && statusCode < 300) {
            opening = connectInside({ ...target, httpSocket: socket }, callback);
          } else {
            socket.destroy();
            callback(refusal(proxy, `https://${target.host}`, statusCode), null);
          }
        })
        .on('error', fail)
        .end();
    };
    return { destroy: (reason) => opening.destroy(reason) };
  };
}

/** Creates the error of a proxy that refused to connect to a server. It quotes nothing that the proxy sent. */
export function refusal({ address }: Proxy, server: string, status: number): ConnectionError {
  return new ConnectionError(`No answer from ${server}: the proxy ${address.origin} refused to connect (${status})`, {
    retryable: status >= 500,
  });
}
