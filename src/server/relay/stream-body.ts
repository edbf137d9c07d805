import { firstValueFrom, from, Subject, takeUntil } from 'rxjs';
import { formatEvent } from '../../sse/format-event.js';
import type { LogEntry } from '../stream-log.js';
import type { RelaySettings } from './relay-config.js';
import type { StreamKey } from './write-stream.js';

/** Creates the body of an answer: the entries of a stream after a number, read from the log as fast as they are taken. */
export function streamBody(
  { id, owner }: StreamKey,
  after: number,
  { log, heartbeat }: Pick<RelaySettings, 'log' | 'heartbeat'>,
): ReadableStream<Uint8Array> {
  let last = after;
  const encoder = new TextEncoder();
  const left = new Subject<void>();
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const page = await firstValueFrom(from(log.read(id, owner, last, heartbeat)).pipe(takeUntil(left)), {
          defaultValue: undefined,
        });
        if (page === undefined) {
          controller.close();
          return;
        }
        last = page.entries.at(-1)?.number ?? last;
        controller.enqueue(encoder.encode(page.entries.map(toText).join('') || ':\n\n'));
        if (page.state !== 'open') {
          controller.close();
        }
      },
      cancel: () => left.next(),
    },
    { highWaterMark: 0 },
  );
}

function toText({ number, event, data }: LogEntry): string {
  return formatEvent({ event, data, id: String(number) });
}
