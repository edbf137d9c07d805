import { Observable, type Subscriber } from 'rxjs';
import type { Page } from 'playwright-core';
import { ConnectionError } from '../../src/errors/connection-error.js';
import { ProtocolError } from '../../src/errors/protocol-error.js';
import type { Transport, TransportEvent } from '../../src/transport/transport.js';
import type { Command, Report } from './pages/exchanges.js';

/**
 * The transport of the web build as it works in a page, led from here: a subscription here is one there. What happens in
 * one turn here happens in one turn there, and each event is told as it came.
 */
export async function transportIn(page: Page): Promise<Transport> {
  const subscribers = new Map<number, Subscriber<TransportEvent>>();
  const commands: Command[] = [];
  await page.exposeFunction('report', (id: number, report: Report) => tell(subscribers.get(id)!, report));
  const give = (command: Command): void => {
    if (commands.push(command) === 1) {
      queueMicrotask(() => {
        // A page that was closed has nothing left to be told.
        page.evaluate((all) => window.follow(all), commands.splice(0)).catch(() => undefined);
      });
    }
  };
  return (request) =>
    new Observable((subscriber) => {
      const id = subscribers.size;
      subscribers.set(id, subscriber);
      give({ type: 'subscribe', id, request });
      return () => give({ type: 'unsubscribe', id });
    });
}

function tell(subscriber: Subscriber<TransportEvent>, report: Report): void {
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

/** An error that says what the page's error said, of the class that bears its name here. */
function toError(fields: Readonly<Record<string, unknown>>): unknown {
  const { prototype } = classes[String(fields['name'])] ?? Error;
  const descriptors = Object.entries(fields).map(([field, value]) => [field, { value, enumerable: true }]);
  return Object.create(prototype, Object.fromEntries(descriptors) as PropertyDescriptorMap);
}
