/* jest has these as globals, and vitest on request. */
import { describe, it } from 'node:test';

Object.assign(globalThis, { describe, it });
