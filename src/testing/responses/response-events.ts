import type { ResponseEvent } from '../../schemas/response-event.js';
import type { ResponseFailure, ResponseObject, ResponseUsage } from '../../schemas/response-object.js';
import { check, checkConfig } from '../../util/check.js';
import { isObject } from '../../util/is-object.js';
import { type DescribedOutput, type StreamedItem, streamItems } from './output-items.js';

/** What the events share that tell the state of a response. */
export interface ResponseConfig {
  /** Id of the response. Default `'resp_test'`. */
  readonly id?: string | undefined;
  /** Name of the model. Default `'test-model'`. */
  readonly model?: string | undefined;
  /** Whether the work goes on when nobody reads the stream. Default false. */
  readonly background?: boolean | undefined;
}

/** Options of {@link responseEvents}. */
export interface ResponseEventsConfig extends ResponseConfig {
  /** Token counts of the last event. A missing count is 0, and a missing total is the sum. Default: no usage. */
  readonly usage?: ResponseUsage | undefined;
  /** Why the response is incomplete, such as `max_output_tokens`. Its last item is incomplete, too. */
  readonly incomplete?: string | undefined;
  /** Why the response failed. Its last item breaks off. */
  readonly failure?: ResponseFailure | undefined;
  /** Whether the events have numbers. Default true. */
  readonly numbered?: boolean | undefined;
}

/**
 * Builds all the events of a response, in the order in which a server sends them, from `response.created` to the one that
 * ends it. A string streams word by word; each word includes the space before it.
 *
 * ```ts
 * fakeClient(from(responseEvents('Hello world')));
 *
 * responseEvents([
 *   { summary: ['Look ', 'it up'] },
 *   { name: 'search', arguments: ['{"query":', '"rxjs"}'] },
 * ], { usage: { input_tokens: 9, output_tokens: 2 } });
 * ```
 *
 * A response of `background: true` begins as `queued`. To test how a client goes on after a lost connection, send the events
 * up to one number, and then the others.
 *
 * @param output The output: a text, an item, or a list of them.
 * @throws TypeError if `output` or `config` has an invalid field, naming it.
 */
export function responseEvents(output: DescribedOutput, config: ResponseEventsConfig = {}): readonly ResponseEvent[] {
  checkResponse('responseEvents', config, ['usage', 'incomplete', 'failure', 'numbered']);
  const { background = false, incomplete, failure, numbered = true } = config;
  check(typeof numbered === 'boolean', 'numbered', 'true or false', numbered);
  const items = streamItems(output, incomplete === undefined ? 'completed' : 'incomplete');
  const events = [
    stateEvent('created', { status: background ? 'queued' : 'in_progress' }, config),
    ...(background ? [stateEvent('queued', { status: 'queued' }, config)] : []),
    stateEvent('in_progress', { status: 'in_progress' }, config),
    ...items.flatMap((item, place) => itemEvents(item, place, failure !== undefined && place === items.length - 1)),
    lastEvent(items, config),
  ];
  return numbered ? events.map((event, number) => ({ ...event, sequence_number: number })) : events;
}

/**
 * Builds the event that begins a response.
 *
 * @throws TypeError if `config` has an invalid field.
 */
export function responseCreated(config: ResponseConfig = {}): ResponseEvent {
  checkResponse('responseCreated', config, []);
  return stateEvent('created', { status: config.background === true ? 'queued' : 'in_progress' }, config);
}

/**
 * Builds the event that ends a response, with its whole output: `response.completed`, or `response.incomplete` or
 * `response.failed` if `config` says so. It has no number.
 *
 * ```ts
 * chunks('a-b-e|', { a: responseTextDelta('Hel'), b: responseTextDelta('lo'), e: responseEnd('Hello') });
 * ```
 *
 * @throws TypeError if `output` or `config` has an invalid field, naming it.
 * @see {@link responseEvents} for all the events of a response.
 */
export function responseEnd(
  output: DescribedOutput = [],
  config: Omit<ResponseEventsConfig, 'numbered'> = {},
): ResponseEvent {
  checkResponse('responseEnd', config, ['usage', 'incomplete', 'failure']);
  return lastEvent(streamItems(output, config.incomplete === undefined ? 'completed' : 'incomplete'), config);
}

function itemEvents(item: StreamedItem, place: number, breaksOff: boolean): readonly ResponseEvent[] {
  const { added, pieces, wholes, done } = item;
  return [
    { type: 'response.output_item.added', item: added, output_index: place },
    ...pieces,
    ...(breaksOff ? [] : [...wholes, { type: 'response.output_item.done', item: done, output_index: place } as const]),
  ];
}

function lastEvent(items: readonly StreamedItem[], config: ResponseEventsConfig): ResponseEvent {
  const { usage, incomplete, failure } = config;
  const status = failure !== undefined ? 'failed' : incomplete !== undefined ? 'incomplete' : 'completed';
  return stateEvent(
    status,
    {
      status,
      output: failure === undefined ? items.map(({ done }) => done) : [],
      ...(failure === undefined ? {} : { error: failure }),
      ...(incomplete === undefined ? {} : { incomplete_details: { reason: incomplete } }),
      ...(usage === undefined ? {} : { usage: withCounts(usage) }),
    },
    config,
  );
}

function stateEvent(
  state: 'created' | 'queued' | 'in_progress' | 'completed' | 'incomplete' | 'failed',
  fields: Partial<ResponseObject>,
  { id = 'resp_test', model = 'test-model', background = false }: ResponseConfig,
): ResponseEvent {
  const none = { error: null, incomplete_details: null, output: [], usage: null };
  return {
    type: `response.${state}`,
    response: { id, object: 'response', created_at: 0, model, background, ...none, ...fields },
  };
}

function withCounts(usage: ResponseUsage): ResponseUsage {
  const { input_tokens: input, output_tokens: output, total_tokens: total } = usage;
  const counts = {
    input_tokens: input ?? 0,
    output_tokens: output ?? 0,
    total_tokens: total ?? (input ?? 0) + (output ?? 0),
  };
  Object.entries(counts).forEach(([name, count]) => {
    check(Number.isSafeInteger(count) && count >= 0, `usage.${name}`, 'a whole number, 0 or more', count);
  });
  return { ...usage, ...counts };
}

function checkResponse(
  name: string,
  config: ResponseEventsConfig,
  known: readonly (keyof ResponseEventsConfig)[],
): void {
  checkConfig(name, config, ['id', 'model', 'background', ...known]);
  const { id = '', model = '', background = false, usage = {}, incomplete = '', failure = {} } = config;
  Object.entries({ id, model, incomplete }).forEach(([field, value]) => {
    check(typeof value === 'string', field, 'a string', value);
  });
  check(typeof background === 'boolean', 'background', 'true or false', background);
  check(isObject(usage), 'usage', 'an object', usage);
  check(isObject(failure), 'failure', 'an object such as { code, message }', failure);
  const isOne = config.failure === undefined || config.incomplete === undefined;
  check(isOne, 'failure', 'left out if incomplete is set', failure);
}
