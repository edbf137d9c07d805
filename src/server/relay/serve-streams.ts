import { Subject, takeUntil } from 'rxjs';
import type { HandlerContext } from '../to-node-handler.js';
import { eventStreamHeaders } from '../to-event-stream.js';
import { askUpstream, toRelayedEvents } from './ask-upstream.js';
import { Refusal } from './refusal.js';
import type { RelaySettings } from './relay-config.js';
import type { RelayedRequest } from './relayed-request.js';
import { streamBody } from './stream-body.js';
import { type StreamKey, writeStream } from './write-stream.js';
import { firstValueFrom, from } from 'rxjs';

/**
 * Begins a stream, and answers with it once the head of the upstream's answer has come.
 *
 * @param release Called once the work upstream is over, whether or not a stream has begun.
 */
export async function beginStream(
  request: RelayedRequest,
  settings: RelaySettings,
  context: HandlerContext,
  release: () => void,
): Promise<Response> {
  const key: StreamKey = { id: crypto.randomUUID().replaceAll('-', ''), owner: request.session.user };
  await firstValueFrom(from(settings.log.append(key.id, key.owner, [], { detach: settings.detach })));
  const left = new Subject<void>();
  request.signal.addEventListener('abort', () => left.next());
  return new Promise<Response>((resolve, reject) => {
    let begun = false;
    const begin = (): void => {
      begun = true;
      resolve(answerWithStream(key, 0, settings));
    };
    const values = askUpstream(request, settings, ({ status }) => {
      if (status === 200) {
        begin();
      }
    });
    const done = new Promise<void>((settle) => {
      writeStream(values.pipe(toRelayedEvents(request.form)), key, settings).subscribe({
        error: (error: unknown) => {
          if (!begun) {
            reject(error as Error);
          }
          settle();
        },
        complete: settle,
      });
    }).finally(release);
    context.waitUntil?.(done);
  });
}

/** Answers with what follows in a stream. */
export async function continueStream(
  key: StreamKey,
  { headers }: Pick<Request, 'headers' | 'signal'>,
  settings: RelaySettings,
): Promise<Response> {
  const after = Number(headers.get('last-event-id') ?? '0');
  const page = await firstValueFrom(from(settings.log.read(key.id, key.owner, after, 0)));
  if (page === undefined) {
    throw new Refusal(404, 'There is no such stream', { kind: 'not_found', code: 'stream_not_found' });
  }
  return page.state === 'ended' && page.entries.length === 0
    ? new Response(null, { status: 204 })
    : answerWithStream(key, after, settings);
}

/** Stops a stream. */
export async function stopStream({ id, owner }: StreamKey, { log }: RelaySettings): Promise<Response> {
  if (!(await firstValueFrom(from(log.stop(id, owner))))) {
    throw new Refusal(404, 'There is no such stream', { kind: 'not_found', code: 'stream_not_found' });
  }
  return new Response(null, { status: 204 });
}

function answerWithStream(key: StreamKey, after: number, settings: RelaySettings): Response {
  return new Response(streamBody(key, after, settings), {
    headers: { ...eventStreamHeaders, 'x-stream-id': key.id },
  });
}
