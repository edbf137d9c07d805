import type { ServedExchange } from '../support/loopback.js';

const id = 'resp_1';
const state = (status: string): object => ({ id, object: 'response', status, background: true, output: [] });
const place = { item_id: 'msg_1', output_index: 0, content_index: 0 };

/** The events of one background response, numbered from 0. */
export const backgroundEvents: readonly Readonly<Record<string, unknown>>[] = [
  { type: 'response.created', response: state('queued') },
  { type: 'response.in_progress', response: state('in_progress') },
  { type: 'response.output_text.delta', ...place, delta: 'Nothing ' },
  { type: 'response.output_text.delta', ...place, delta: 'is ' },
  { type: 'response.output_text.delta', ...place, delta: 'lost.' },
  { type: 'response.completed', response: state('completed') },
].map((event, number) => ({ ...event, sequence_number: number }));

/** The event of this number, as it is sent. */
export function sentEvent(number: number): string {
  const event = backgroundEvents[number]!;
  return `event: ${String(event['type'])}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** The events after this number, as they are sent. */
export function sentAfter(number: number): string {
  return backgroundEvents
    .slice(number + 1)
    .map((_event, index) => sentEvent(number + 1 + index))
    .join('');
}

/** Answers with the head of an event stream. */
export function beginStream(served: ServedExchange): void {
  served.head(200, { 'content-type': 'text/event-stream' });
}
