import { requestIdOf } from '../errors/request-id.js';
import { createRedactor } from '../transport/redactor.js';
import type { TransportRequest } from '../transport/transport.js';

/** What the stages of one subscription share: its secrets, to keep them out of errors, and the server's request id. */
export interface Session {
  readonly redact: (text: string) => string;
  readonly requestId: string | undefined;
  readonly onRequest: (request: TransportRequest) => void;
  readonly onHead: (headers: Headers) => void;
}

/** A session before its first exchange. */
export function createSession(): Session {
  const redactor = createRedactor();
  let requestId: string | undefined;
  return {
    redact: redactor.redact,
    get requestId() {
      return requestId;
    },
    onRequest: redactor.learn,
    onHead: (headers) => {
      requestId = requestIdOf(headers, redactor.redact);
    },
  };
}
