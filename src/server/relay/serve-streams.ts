import { catchError, defer, finalize, first, firstValueFrom, noop, type ObservableInput, throwError } from 'rxjs';
import { tellOperator } from '../tell-operator.js';
import type { HandlerContext } from '../to-node-handler.js';
import { eventStreamHeaders } from '../to-event-stream.js';
import { askUpstream } from './ask-upstream.js';
import { localStreams } from './local-stream.js';
import { Refusal } from './refusal.js';
import type { RelaySettings } from './relay-config.js';
import type { RelayedRequest } from './relayed-request.js';
import type { ReadPlace } from './read-place.js';
import { streamBody } from './stream-body.js';
import { streamErrors } from './stream-errors.js';
import { type StreamKey, writeStream } from './write-stream.js';

/**
 * Begins a stream, and answers with it once the head of the upstream's answer has come and the log has the stream.
 *
 * @param release Called once the work upstream is over, whether or not a stream has begun.
 */
export function beginStream(
  id: string,
  request: RelayedRequest,
  settings: RelaySettings,
  context: HandlerContext,
  release: () => void,
): Promise<Response> {
  const { form, session, signal } = request;
  const key: StreamKey = { id, owner: session.user };
  return new Promise((resolve, reject) => {
    let settle = noop;
    const over = new Promise<void>((done) => {
      settle = done;
    });
    defer(() => {
      // Before anything is asked, since that of a Worker throws where it was taken from its context.
      context.waitUntil?.(over);
      return askUpstream(request, settings);
    })
      .pipe(
        writeStream(key, form, settings),
        finalize(() => {
          release();
          settle();
        }),
      )
      .subscribe({
        next: () => {
          if (signal.aborted) {
            // Nobody knows of the stream.
            localStreams(settings.log).get(key.id)?.ask(0);
            reject(new Refusal(499, 'The caller has left'));
          } else {
            resolve(answerWith({ ...key, after: 0, isNamed: form === 'responses', signal }, settings));
          }
        },
        error: reject,
      });
  });
}

/** Answers with what follows in a stream after the event that `last-event-id` names, or with all of it. */
export async function continueStream(
  key: StreamKey,
  { headers, signal }: Pick<Request, 'headers' | 'signal'>,
  settings: RelaySettings,
): Promise<Response> {
  const { log } = settings;
  const after = lastEventId(headers);
  // The event itself is read, too, to learn whether there is one.
  const page = await ask(() => log.read(key.id, key.owner, Math.max(after - 1, 0), 0));
  if (page === undefined) {
    throw unknownStream();
  }
  const { state } = page;
  if (state !== 'ended' && after > 0 && page.entries.length === 0) {
    throw new Refusal(400, 'Last-Event-ID is beyond the end of the stream', { param: 'Last-Event-ID' });
  }
  const entries = after > 0 ? page.entries.slice(1) : page.entries;
  if (state === 'ended' && entries.length === 0) {
    return new Response(null, { status: 204 });
  }
  const isNamed = page.entries[0]?.event !== undefined;
  const rest = entries.length > 0 || state !== 'open' ? { page: { entries, state } } : {};
  return answerWith({ ...key, ...rest, after, isNamed, signal }, settings);
}

/** Stops a stream. One in this process learns it at once, others when they ask their log. */
export async function stopStream({ id, owner }: StreamKey, { log }: RelaySettings): Promise<Response> {
  if (!(await ask(() => log.stop(id, owner)))) {
    throw unknownStream();
  }
  localStreams(log).get(id)?.ask();
  return new Response(null, { status: 204 });
}

function answerWith(cursor: ReadPlace, settings: RelaySettings): Response {
  return new Response(streamBody(cursor, settings), { headers: { ...eventStreamHeaders, 'x-stream-id': cursor.id } });
}

function ask<T>(question: () => ObservableInput<T>): Promise<T> {
  return firstValueFrom(
    defer(question).pipe(
      first(),
      catchError((error: unknown) => {
        tellOperator(error);
        const { message, ...told } = streamErrors.log_unavailable;
        return throwError(() => new Refusal(503, message, told));
      }),
    ),
  );
}

function lastEventId(headers: Headers): number {
  const id = headers.get('last-event-id') ?? '';
  if (!/^\d*$/u.test(id)) {
    throw new Refusal(400, 'Last-Event-ID must be a whole number', { param: 'Last-Event-ID' });
  }
  return Math.min(Number(id), Number.MAX_SAFE_INTEGER);
}

function unknownStream(): Refusal {
  return new Refusal(404, 'There is no such stream', { kind: 'not_found', code: 'stream_not_found' });
}
