/** @jest-environment ./.config/jest-page.mjs */
import '@angular/compiler';
import { pass } from '../support/virtual-clock.js';
import 'zone.js';
import { NgZone, provideZoneChangeDetection } from '@angular/core';
import { withZone } from '../../src/angular/index.js';
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

  it('does not show a plain field, not even at the end', async () => {
    const page = await openPage(provideZoneChangeDetection(), 10);

    page.fill(() => undefined);
    await pass(1_200);

    expect(page.text()).toBe('waiting');
  });

  describe('withZone', () => {
    it('shows a plain field once per frame, with every view inside the zone', async () => {
      const page = await openPage(provideZoneChangeDetection(), 1_000, undefined, withZone());
      const zones = new Set<boolean>();
      let views = 0;

      page.fill(() => {
        views += 1;
        zones.add(NgZone.isInAngularZone());
      });
      await pass(300);
      expect(page.text()).toMatch(/^(?:word ?){200,300} streaming$/u);
      await pass(900);

      expect(page.text()).toBe(`${Array(1_000).fill('word').join(' ')} done`);
      expect([views, [...zones]]).toEqual([1_004, [true]]);
      // A frame of the virtual clock is 16 ms. Plus those of the click and of the end.
      expect(page.changeDetections()).toBeGreaterThanOrEqual(Math.floor(1_000 / 16));
      expect(page.changeDetections()).toBeLessThanOrEqual(1_000 / 16 + 5);
    }, 30_000);

    it('keeps a conversation at one change detection per frame', async () => {
      const page = await openPage(provideZoneChangeDetection(), 1_000, undefined, withZone());

      page.send();
      await pass(1_200);

      expect(page.text()).toHaveLength('word '.length * 1_000 - 1);
      expect(page.changeDetections()).toBeLessThanOrEqual(1_000 / 16 + 8);
    }, 30_000);
  });
});
