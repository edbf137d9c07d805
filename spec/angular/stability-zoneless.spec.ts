/** @jest-environment ./.config/jest-page.mjs */
import '@angular/compiler';
import { provideZonelessChangeDetection } from '@angular/core';
import { describeStability } from './stability.js';

describe('whenStable without a zone', () => {
  describeStability(() => provideZonelessChangeDetection());
});
