import type { ServerSentEvent } from '../../src/sse/block-parser.js';
import type { Parsed } from './event-pieces.js';

/**
 * Implements the algorithm of the HTML standard step by step over the whole text. Slow, but without state between pieces.
 */
export function readPlainly(bytes: Uint8Array): Parsed {
  const lines = new TextDecoder().decode(bytes).split(/\r\n|\r|\n/u);
  const unterminated = lines.pop() ?? '';
  const events: ServerSentEvent[] = [];
  let data = '';
  let eventType = '';
  let id = '';
  let retry: number | undefined;

  const dispatch = (): ServerSentEvent | undefined => {
    const event =
      data === ''
        ? undefined
        : { event: eventType || 'message', data: data.slice(0, -1), id, ...(retry === undefined ? {} : { retry }) };
    data = '';
    eventType = '';
    retry = undefined;
    return event;
  };
  const read = (line: string): void => {
    const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/su.exec(line) ?? [];
    if (name === 'event') {
      eventType = value;
    } else if (name === 'data') {
      data += `${value}\n`;
    } else if (name === 'id' && !value.includes('\0')) {
      id = value;
    } else if (name === 'retry' && /^[0-9]+$/u.test(value)) {
      retry = Number(value);
    }
  };

  for (const line of lines) {
    if (line === '') {
      const event = dispatch();
      events.push(...(event === undefined ? [] : [event]));
    } else {
      read(line);
    }
  }
  read(unterminated);
  return { events, last: dispatch(), error: undefined };
}
