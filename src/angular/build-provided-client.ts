import { inject, Injector, NgZone, PendingTasks, PLATFORM_ID } from '@angular/core';
import { defer, EMPTY, finalize, Observable, Subscription, throwError } from 'rxjs';
import type { ClientConfig } from '../client/client-config.js';
import { type Client, createClient } from '../client/create-client.js';
import { subscribeWithin } from '../util/operate.js';
import { emitInZone } from './emit-in-zone.js';

/** What the features of a provided client change, besides its configuration. */
interface ClientBehaviour {
  readonly inZone: boolean;
  readonly onServer: boolean;
}

/**
 * Creates a client in the current injection context. While a server renders it sends nothing, unless `onServer` is set.
 *
 * @param configure Returns the configuration; not called if nothing is to be sent.
 */
export function buildProvidedClient(configure: () => ClientConfig, { inZone, onServer }: ClientBehaviour): Client {
  const onPage = !rendersOnServer(inject(Injector));
  if (!onPage && !onServer) {
    return silentClient;
  }
  const zone = inject(NgZone);
  const tasks = inject(PendingTasks);
  const build = (): Client => {
    const config = configure();
    return mapStreams(createClient(config), (source) => {
      const outside = leaveZone(onPage ? source : holdRendering(source, tasks), zone);
      return inZone ? outside.pipe(emitInZone(zone, config.scheduler)) : outside;
    });
  };
  return onPage ? build() : buildOnServer(build);
}

/** Returns whether a server renders the application. */
export function rendersOnServer(injector: Injector): boolean {
  return injector.get(PLATFORM_ID) === 'server';
}

/** Sends nothing: each stream completes at once, because one that did not would hold up the page. */
export const silentClient: Client = clientOf(() => EMPTY);

/** Turns an error of the configuration into one of each stream, since a server drops a route whose components throw. */
function buildOnServer(build: () => Client): Client {
  try {
    return build();
  } catch (error) {
    return clientOf(() => throwError(() => error));
  }
}

function clientOf(stream: () => Observable<never>): Client {
  return {
    chat: stream,
    completions: stream,
    responses: stream,
    resumeResponse: stream,
    resumeStream: stream,
    retrieveResponse: stream,
    cancelResponse: stream,
    deleteResponse: stream,
    embeddings: stream,
    moderations: stream,
    models: stream,
  };
}

/** Holds the rendering of a page until the source has ended. */
function holdRendering<T>(source: Observable<T>, tasks: PendingTasks): Observable<T> {
  return defer(() => source.pipe(finalize(tasks.add())));
}

/**
 * Keeps the requests, timers and emissions of a source out of the Angular zone, and the request that stops a response whose
 * stream is unsubscribed.
 */
function leaveZone<T>(source: Observable<T>, zone: NgZone): Observable<T> {
  return new Observable<T>((subscriber) => {
    const exchange = new Subscription();
    subscriber.add(() => zone.runOutsideAngular(() => exchange.unsubscribe()));
    zone.runOutsideAngular(() =>
      subscribeWithin(source, exchange, {
        next: (value) => subscriber.next(value),
        error: (error) => subscriber.error(error),
        complete: () => subscriber.complete(),
      }),
    );
  });
}

type Method = (...parameters: never[]) => Observable<unknown>;

/** Converts the streams of every method of a client. */
function mapStreams(client: Client, convert: (source: Observable<unknown>) => Observable<unknown>): Client {
  const methods = Object.entries<Method>({ ...client }).map(([name, method]): readonly [string, Method] => [
    name,
    (...parameters) => convert(method(...parameters)),
  ]);
  return Object.fromEntries(methods) as unknown as Client;
}
