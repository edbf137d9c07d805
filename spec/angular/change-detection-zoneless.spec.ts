/** @jest-environment ./.config/jest-page.mjs */
import '@angular/compiler';
import '../support/virtual-clock.js';
import { provideZonelessChangeDetection } from '@angular/core';
import { describeRendering } from './rendering.js';

describe('change detection without a zone', () => {
  describeRendering(() => provideZonelessChangeDetection());
});
