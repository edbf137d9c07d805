import type { Truncation } from '../answers/answer-format.js';
import type { ResponseEvent } from '../schemas/response-event.js';
import type { ResponseObject } from '../schemas/response-object.js';
import { endingOf, responseOf } from './ending.js';

const cuts: ReadonlyMap<string, Truncation['cut']> = new Map<string, Truncation['cut']>([
  ['max_output_tokens', 'length'],
  ['content_filter', 'filter'],
]);

/** Returns why a response is incomplete: the server's word. */
export function reasonOf({ incomplete_details: details }: ResponseObject): string {
  return details?.reason || 'incomplete';
}

/** Returns why an answer was cut: every response that is incomplete was. */
export function truncationOfEvent(event: ResponseEvent): Truncation | undefined {
  const response = responseOf(event);
  if (response === undefined || endingOf(event) !== 'incomplete') {
    return undefined;
  }
  const reason = reasonOf(response);
  return { cut: cuts.get(reason) ?? 'other', reason, limit: 'max_output_tokens' };
}
