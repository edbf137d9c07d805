/** @jest-environment ./.config/jest-page.mjs */
import '@angular/compiler';
import 'zone.js';
import { provideZoneChangeDetection } from '@angular/core';
import { describeStability } from './stability.js';

describe('whenStable with zone.js', () => {
  describeStability(() => provideZoneChangeDetection());
});
