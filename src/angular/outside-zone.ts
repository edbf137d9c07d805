import type { NgZone } from '@angular/core';
import { Observable } from 'rxjs';
import type { Client } from '../client/build-client.js';

type Method = (...parameters: never[]) => Observable<unknown>;

/** A client whose requests, timers and emissions are outside the Angular zone, wherever it is subscribed. */
export function outsideZone(client: Client, zone: NgZone): Client {
  const methods = Object.entries<Method>({ ...client }).map(([name, method]): readonly [string, Method] => [
    name,
    (...parameters) => subscribedOutside(method(...parameters), zone),
  ]);
  return Object.fromEntries(methods) as unknown as Client;
}

function subscribedOutside<T>(source: Observable<T>, zone: NgZone): Observable<T> {
  return new Observable<T>((subscriber) => zone.runOutsideAngular(() => source.subscribe(subscriber)));
}
