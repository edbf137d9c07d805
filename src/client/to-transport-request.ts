import type { Operation, TransportRequest } from '../transport/transport.js';
import type { Settings } from './settings.js';

/** What an endpoint asks for, before the settings are applied. */
export interface EndpointRequest {
  readonly operation: Operation;
  readonly method: 'GET' | 'POST';
  /** The endpoint's path below the base URL. */
  readonly path: string;
  readonly accept: string;
  /** Sent as JSON. */
  readonly body?: object;
}

/** The exchange that asks an endpoint. It holds no key yet: that is added innermost, where no interceptor logs it. */
export function toTransportRequest(
  { operation, method, path, accept, body }: EndpointRequest,
  { baseURL, query, headers, redirects, context }: Settings,
): TransportRequest {
  const url = new URL(baseURL);
  url.pathname = url.pathname.replace(/\/$/u, '') + path;
  Object.entries(query).forEach(([name, value]) => {
    url.searchParams.set(name, value);
  });
  return {
    operation,
    method,
    url: url.href,
    headers: { accept, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    redirects,
    context,
  };
}
