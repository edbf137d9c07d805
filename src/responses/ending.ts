import type { ResponseEvent } from '../schemas/response-event.js';
import type { ResponseObject } from '../schemas/response-object.js';

/** An event that tells the state of the whole response. */
export type StateEvent = Extract<ResponseEvent, { readonly response: ResponseObject }>;

/** The types of the events that tell the state of the whole response. */
export const stateTypes: ReadonlySet<string> = new Set<StateEvent['type']>([
  'response.created',
  'response.queued',
  'response.in_progress',
  'response.completed',
  'response.incomplete',
  'response.failed',
  'response.cancelled',
  'response.done',
]);

/** How a response ended. */
export type Ending = 'completed' | 'incomplete' | 'failed' | 'cancelled';

/** What each event says that ends a stream. Of those in {@link settled}, the status of their response counts first. */
const endings: ReadonlyMap<string, Ending> = new Map<string, Ending>([
  ['response.completed', 'completed'],
  ['response.incomplete', 'incomplete'],
  ['response.failed', 'failed'],
  ['response.cancelled', 'cancelled'],
  ['response.done', 'completed'],
]);

/** vLLM sends `response.completed` of a response whose status is `incomplete`. */
const settled: ReadonlySet<string> = new Set(['response.completed', 'response.cancelled', 'response.done']);

/** Returns how the response ended, or `undefined` for an event that does not end it. */
export function endingOf(event: ResponseEvent): Ending | undefined {
  const ending = endings.get(event.type);
  return ending !== undefined && settled.has(event.type)
    ? (endings.get(`response.${responseOf(event)?.status}`) ?? ending)
    : ending;
}

/** Returns the response that an event tells, if any. */
export function responseOf(event: ResponseEvent): ResponseObject | undefined {
  return stateTypes.has(event.type) ? (event as StateEvent).response : undefined;
}

/**
 * Returns the event that ends the stream of a response that was sent whole, as JSON; `undefined` for other JSON, and for a
 * response that has not ended.
 */
export function toEnding(document: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  if (!isResponse(document)) {
    return undefined;
  }
  const { status } = document;
  const type = `response.${typeof status === 'string' ? status : 'completed'}`;
  return type !== 'response.done' && endings.has(type) ? { type, response: document } : undefined;
}

/** Whether a JSON document is a response, rather than an event. */
export function isResponse(document: Readonly<Record<string, unknown>>): boolean {
  return document['type'] === undefined && (document['object'] === 'response' || Array.isArray(document['output']));
}
