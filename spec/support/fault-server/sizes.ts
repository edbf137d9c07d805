import type { FaultExchange, Scenario } from './exchange.js';
import { answerOf, chunked, eventType, streamHead } from './wire.js';

/** Sends two events, then one piece repeatedly until the client leaves. */
async function repeat(exchange: FaultExchange, start: string, piece: string): Promise<void> {
  const { bytes: whole, lengthOf } = exchange.reference;
  await exchange.send(streamHead + chunked(whole.subarray(0, lengthOf(2))).toString());
  await exchange.send(chunked(start));
  const bytes = chunked(piece);
  while (await exchange.send(bytes)) {
    // until the client leaves
  }
}

/** Long or endless events. */
export const sizes: Readonly<Record<string, Scenario>> = {
  'endless-line': (exchange) => repeat(exchange, 'data: {"x":"', 'a'.repeat(64 * 1024)),

  'endless-data-lines': (exchange) => repeat(exchange, '', 'data: aaaaaaaa\n'.repeat(4096)),

  'endless-json': async (exchange) => {
    await exchange.send(streamHead);
    await exchange.send(chunked('{"choices":["'));
    while (await exchange.send(chunked('a'.repeat(64 * 1024)))) {
      // until the client leaves
    }
  },

  /** One event with this many characters of text. */
  'large-event': (exchange) => {
    const { add, finish } = exchange.reference;
    const text = 'a'.repeat(Number(exchange.parameters[0]));
    exchange.end(answerOf(200, eventType, add(text) + finish('')));
  },
};
