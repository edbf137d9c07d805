import type { ResponseRequest } from '../schemas/response-request.js';

/** Whether the server remembers what was said before a request. */
export function isRemembered({ conversation, previous_response_id: previous }: ResponseRequest): boolean {
  return (conversation ?? previous ?? undefined) !== undefined;
}

/**
 * Returns a request that asks for encrypted reasoning if the server is to keep nothing, since its reasoning can be sent
 * back in no other form. `include: null` leaves it out.
 */
export function withReasoning<Request extends ResponseRequest>(request: Request): Request {
  const { store, include } = request;
  return store === false && include !== null
    ? { ...request, include: [...new Set([...(include ?? []), 'reasoning.encrypted_content'])] }
    : request;
}
