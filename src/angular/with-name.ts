import { check } from '../util/check.js';
import type { ClientFeature } from './client-feature.js';

/**
 * Gives a client a name, for applications with several: `injectClient('relay')` injects the one provided `withName('relay')`.
 *
 * @throws TypeError for a name that is no string, or empty.
 */
export function withName(name: string): ClientFeature {
  check(typeof name === 'string' && name !== '', 'name', 'a string that is not empty', name);
  return { name };
}
