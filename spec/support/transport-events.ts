import type { TransportEvent, TransportRequest } from '../../src/transport/transport.js';

/** Creates a request as a client does. */
export function transportRequest(url: string, fields: Partial<TransportRequest> = {}): TransportRequest {
  return {
    operation: 'chat',
    method: 'POST',
    url,
    headers: {},
    body: '{}',
    redirects: 'refuse',
    context: {},
    ...fields,
  };
}

/** Creates the head of an answer. */
export function head(status = 200, headers: Readonly<Record<string, string>> = {}): TransportEvent {
  return { type: 'head', status, headers: new Headers(headers) };
}

/** Creates a piece of a body. */
export function data(text: string): TransportEvent {
  return { type: 'data', bytes: new TextEncoder().encode(text) };
}

/** Joins the body of an exchange so far. */
export function bodyOf(events: readonly TransportEvent[]): string {
  return Buffer.concat(events.map((event) => (event.type === 'data' ? event.bytes : new Uint8Array()))).toString();
}
