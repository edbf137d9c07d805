import type { EnvironmentProviders } from '@angular/core';
import { pass } from '../support/virtual-clock.js';
import { openPage } from './chat-page.js';

/** Counts change detections while an answer of 1,000 words arrives, one per millisecond. */
export function describeRendering(changeDetection: () => EnvironmentProviders): void {
  it.each<[string, number, number | false | undefined]>([
    // A frame of the virtual clock is 16 ms.
    ['one change detection per frame', 1_000 / 16, undefined],
    ['one change detection per throttle interval', 1_000 / 100, 100],
    ['one change detection per chunk if throttle is false', 1_000, false],
  ])(
    'a conversation causes %s',
    async (_, expected, throttle) => {
      const page = await openPage(changeDetection(), 1_000, throttle);

      page.send();
      await pass(1_200);

      expect(page.text()).toHaveLength('word '.length * 1_000 - 1);
      expect(page.changeDetections()).toBeGreaterThanOrEqual(Math.floor(expected));
      // Plus those of the click and of the end.
      expect(page.changeDetections()).toBeLessThanOrEqual(expected + 4);
    },
    30_000,
  );
}
