import { breaking } from './breaking.js';
import { encodings } from './encodings.js';
import type { Scenario } from './exchange.js';
import { oddities } from './oddities.js';
import { pacing } from './pacing.js';
import { redirects } from './redirects.js';
import { refusals } from './refusals.js';
import { sizes } from './sizes.js';

/** Every way in which the fault server misbehaves, by the first part of its path. */
export const scenarios: ReadonlyMap<string, Scenario> = new Map(
  [pacing, breaking, refusals, encodings, sizes, redirects, oddities].flatMap((group) => Object.entries(group)),
);
