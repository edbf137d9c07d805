import { Observable, type Subscriber } from 'rxjs';
import type { Page } from 'playwright-core';
import { ConnectionError } from '../../src/errors/connection-error.js';
import { ProtocolError } from '../../src/errors/protocol-error.js';
import type { Transport, TransportEvent } from '../../src/transport/transport.js';
import type { Command, Report } from './pages/exchanges.js';

/**
 * Creates a transport that runs the web build's transport in a page: each subscription here is one there. Calls of one
 * turn here run in one turn there, and every event is reported as it arrives.
 */
export async function transportIn(page: Page): Promise<Transport> {
  const subscribers = new Map<number, Subscriber<TransportEvent>>();
  const commands: Command[] = [];
  await page.exposeFunction('report', (id: number, report: Report) => deliver(subscribers.get(id)!, report));
  const send = (command: Command): void => {
    if (commands.push(command) === 1) {
      queueMicrotask(() => {
        // A closed page needs no more commands.
        page.evaluate((all) => window.execute(all), commands.splice(0)).catch(() => undefined);
      });
    }
  };
  return (request) =>
    new Observable((subscriber) => {
      const id = subscribers.size;
      subscribers.set(id, subscriber);
      send({ type: 'subscribe', id, request });
      return () => send({ type: 'unsubscribe', id });
    });
}

function deliver(subscriber: Subscriber<TransportEvent>, report: Report): void {
  switch (report.type) {
    case 'head':
      subscriber.next({
        type: 'head',
        status: report.status,
        headers: new Headers(report.headers),
      });
      break;
    case 'data':
      subscriber.next({ type: 'data', bytes: new Uint8Array(Buffer.from(report.base64, 'base64')) });
      break;
    case 'error':
      subscriber.error(toError(report.error));
      break;
    case 'complete':
      subscriber.complete();
  }
}

const classes: Readonly<Record<string, { readonly prototype: object }>> = { ConnectionError, ProtocolError };

/** Recreates an error of the page with the class of its name. */
function toError(fields: Readonly<Record<string, unknown>>): unknown {
  const { prototype } = classes[String(fields['name'])] ?? Error;
  const descriptors = Object.entries(fields).map(([field, value]) => [field, { value, enumerable: true }]);
  return Object.create(prototype, Object.fromEntries(descriptors) as PropertyDescriptorMap);
}
