/** @jest-environment ./.config/jest-page.mjs */
import '@angular/compiler';
import { pass } from '../support/virtual-clock.js';
import 'zone.js';
import { NgZone, provideZoneChangeDetection } from '@angular/core';
import { openPage } from './chat-page.js';
import { describeRendering } from './rendering.js';

describe('change detection with zone.js', () => {
  describeRendering(() => provideZoneChangeDetection());

  it('is not caused by chunks that are not shown', async () => {
    const page = await openPage(provideZoneChangeDetection(), 1_000);
    const zones = new Set<boolean>();
    let chunks = 0;

    page.stream(() => {
      chunks += 1;
      zones.add(NgZone.isInAngularZone());
    });
    // For the click that started it.
    expect(page.changeDetections()).toBe(1);
    await pass(1_200);

    expect(chunks).toBe(1_002);
    expect([...zones]).toEqual([false]);
    expect(page.changeDetections()).toBe(1);
  }, 30_000);
});
