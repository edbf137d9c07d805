/** @jest-environment ./.config/jest-page.mjs */
import '@angular/compiler';
import { pass } from '../support/virtual-clock.js';
import 'zone.js';
import { NgZone, provideZoneChangeDetection } from '@angular/core';
import { openPage } from './chat-page.js';
import { describeRendering } from './rendering.js';

describe('with zone.js', () => {
  describeRendering(() => provideZoneChangeDetection());

  it('chunks that are not shown cause no change detection', async () => {
    const page = await openPage(provideZoneChangeDetection(), 1_000);
    const zones = new Set<boolean>();
    let chunks = 0;

    page.stream(() => {
      chunks += 1;
      zones.add(NgZone.isInAngularZone());
    });
    // That of the click by which it began.
    expect(page.changeDetections()).toBe(1);
    await pass(1_200);

    expect(chunks).toBe(1_002);
    expect([...zones]).toEqual([false]);
    expect(page.changeDetections()).toBe(1);
  }, 30_000);
});
