import type { ResponseEvent } from '../../schemas/response-event.js';
import { check, checkConfig } from '../../util/check.js';
import { deltaEvent, type DescribedItem, streamItem, type TextField } from './output-items.js';

/** Where an event belongs. */
export interface EventPlace {
  /** Place of the item in the output. Default 0. */
  readonly output?: number | undefined;
  /** Place of the part in the item. Default 0. */
  readonly part?: number | undefined;
  /** The event's number in its stream. Default none. */
  readonly number?: number | undefined;
}

/**
 * Builds the event that adds to the text of a response.
 *
 * @throws TypeError if `delta` is not a string, or `place` has an invalid field.
 * @see {@link responseEvents} for all the events of a response.
 */
export function responseTextDelta(delta: string, place: EventPlace = {}): ResponseEvent {
  return buildDelta('responseTextDelta', 'text', delta, place);
}

/**
 * Builds the event that adds to the summary of a response's reasoning.
 *
 * @throws TypeError if `delta` is not a string, or `place` has an invalid field.
 */
export function responseReasoningDelta(delta: string, place: EventPlace = {}): ResponseEvent {
  return buildDelta('responseReasoningDelta', 'summary', delta, place);
}

/**
 * Builds the event that adds to a refusal.
 *
 * @throws TypeError if `delta` is not a string, or `place` has an invalid field.
 */
export function responseRefusalDelta(delta: string, place: EventPlace = {}): ResponseEvent {
  return buildDelta('responseRefusalDelta', 'refusal', delta, place);
}

/**
 * Builds the event that adds to the arguments of a function call, whose name comes in {@link responseItemAdded}.
 *
 * @throws TypeError if `delta` is not a string, or `place` has an invalid field.
 */
export function responseArgumentsDelta(delta: string, place: Omit<EventPlace, 'part'> = {}): ResponseEvent {
  return buildDelta('responseArgumentsDelta', 'arguments', delta, place);
}

/**
 * Builds the event that begins an item of the output. Its text comes in later events, and may be empty here.
 *
 * ```ts
 * of(responseItemAdded({ name: 'search', arguments: '' }), responseArgumentsDelta('{"query":"rxjs"}'));
 * ```
 *
 * @throws TypeError if `item` or `place` has an invalid field.
 */
export function responseItemAdded(item: DescribedItem, place: Omit<EventPlace, 'part'> = {}): ResponseEvent {
  const { output, numbered } = readPlace('responseItemAdded', place);
  const { added } = streamItem(item, output, 'item');
  return { type: 'response.output_item.added', item: added, output_index: output, ...numbered };
}

function buildDelta(name: string, field: TextField, delta: string, place: EventPlace): ResponseEvent {
  check(typeof delta === 'string', 'delta', 'a string', delta);
  const { output, part, numbered } = readPlace(name, place);
  return { ...deltaEvent(field, delta, output, part), ...numbered };
}

function readPlace(
  name: string,
  place: EventPlace,
): { readonly output: number; readonly part: number; readonly numbered: Pick<ResponseEvent, 'sequence_number'> } {
  checkConfig(name, place, ['output', 'part', 'number']);
  const { output = 0, part = 0, number } = place;
  Object.entries({ output, part, number: number ?? 0 }).forEach(([field, value]) => {
    check(Number.isSafeInteger(value) && value >= 0, field, 'a whole number, 0 or more', value);
  });
  return { output, part, numbered: number === undefined ? {} : { sequence_number: number } };
}
