/** @jest-environment ./.config/jest-page.mjs */
import '@angular/compiler';
import 'zone.js';
import { provideHttpClient, withFetch } from '@angular/common/http';
import { type EnvironmentProviders, NgZone, provideZoneChangeDetection } from '@angular/core';
import { tap } from 'rxjs';
import { injectClient, provideClient, withHttpClient } from '../../src/angular/index.js';
import { formatEvent, textDeltas, type TransportEvent } from '../../src/index.js';
import { chunksOf } from '../../src/testing/index.js';
import { closeServers, deserted, startServer } from '../support/loopback.js';
import { type Observed, observe } from '../support/observe.js';
import { TestBed } from '../support/test-bed.js';
import { bodyOf, transportRequest } from '../support/transport-events.js';
import { injectHttpTransport } from './inject-http-transport.js';

describe.each<[string, () => EnvironmentProviders]>([
  ['fetch', () => provideHttpClient(withFetch())],
  ['XHR', () => provideHttpClient()],
])('withHttpClient over %s', (_, over) => {
  beforeEach(() => {
    // jsdom logs broken connections there, and Angular warns that XHR follows redirects without asking.
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    TestBed.configureTestingModule({ providers: [provideZoneChangeDetection(), over()] });
  });
  afterEach(() => jest.restoreAllMocks());
  afterEach(closeServers);

  const exchange = (url: string): Observed<TransportEvent> => observe(injectHttpTransport()(transportRequest(url)));

  it('emits text as it arrives, without splitting characters', async () => {
    const server = await startServer();
    const seen = exchange(server.url);
    const served = await server.next();
    const bytes = Buffer.from('größer 🦊');

    served.head(200, { 'x-request-id': 'r-1' });
    served.write(bytes.subarray(0, 5));
    await seen.reached(2);
    expect(bodyOf(seen.values)).toBe('grö');
    served.write(bytes.subarray(5, 11));
    await seen.reached(3);
    served.end(bytes.subarray(11));

    expect(await seen.ended).toBeUndefined();
    expect(seen.values[0]).toMatchObject({ type: 'head', status: 200 });
    expect(bodyOf(seen.values)).toBe('größer 🦊');
  });

  it('closes the connection when it is unsubscribed halfway', async () => {
    const server = await startServer();
    const seen = exchange(server.url);
    const served = await server.next();
    served.head(200);
    served.write('one');
    await seen.reached(2);

    seen.unsubscribe();

    expect(await served.over).toBe('cut');
  });

  it('emits the text before a broken connection, and then a ConnectionError', async () => {
    const server = await startServer();
    const seen = exchange(server.url);
    const served = await server.next();
    served.head(200);
    served.write('half');
    await seen.reached(2);

    served.reset();

    expect(await seen.ended).toMatchObject({ name: 'ConnectionError', retryable: true });
    expect(bodyOf(seen.values)).toBe('half');
  });

  it('fails with a ConnectionError if no one answers', async () => {
    expect(await exchange(await deserted()).ended).toMatchObject({ name: 'ConnectionError', retryable: true });
  });

  it('causes no change detection while an answer arrives', async () => {
    const server = await startServer();
    TestBed.configureTestingModule({ providers: [provideClient({ baseURL: server.url }, withHttpClient())] });
    const client = TestBed.runInInjectionContext(() => injectClient());
    const zone = TestBed.inject(NgZone);
    const zones = new Set<boolean>();
    let stable = 0;
    zone.onMicrotaskEmpty.subscribe(() => (stable += 1));
    const words = client.chat({ model: 'm-1', messages: [{ role: 'user', content: 'Hi' }] }).pipe(
      textDeltas(),
      tap(() => zones.add(NgZone.isInAngularZone())),
    );

    const seen = zone.run(() => observe(words));
    const served = await server.next();
    const afterClick = stable;
    served.head(200, { 'content-type': 'text/event-stream' });
    for (const [index, chunk] of chunksOf('one two three four five').entries()) {
      served.write(formatEvent({ data: JSON.stringify(chunk) }));
      await seen.reached(Math.min(index, 5));
    }
    served.end(formatEvent({ data: '[DONE]' }));

    expect(await seen.ended).toBeUndefined();
    expect(seen.values.join('')).toBe('one two three four five');
    expect([...zones]).toEqual([false]);
    // Only for the click itself.
    expect([afterClick, stable]).toEqual([1, 1]);
  });
});
