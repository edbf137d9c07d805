import { chatChunk, finishChunk } from '../support/chunks.js';
import type { ServedExchange } from '../support/loopback.js';

/** Formats an object as a server-sent event. */
export function event(object: object): string {
  return `data: ${JSON.stringify(object)}\n\n`;
}

/** Formats a chunk with a piece of text as a server-sent event. */
export function piece(content: string): string {
  return event(chatChunk({ content }));
}

/** The end of a complete stream. */
export const ending = `${event(finishChunk())}data: [DONE]\n\n`;

/** Begins a stream. */
export function beginStream(exchange: ServedExchange, ...events: readonly string[]): void {
  exchange.head(200, { 'content-type': 'text/event-stream' });
  events.forEach((text) => exchange.write(text));
}

/** Answers with a complete stream. */
export function streamText(exchange: ServedExchange, ...texts: readonly string[]): void {
  beginStream(exchange, ...texts.map(piece));
  exchange.end(ending);
}

/** Answers with JSON. */
export function sendJson(
  exchange: ServedExchange,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  exchange.head(status, { 'content-type': 'application/json', ...headers });
  exchange.end(JSON.stringify(body));
}
