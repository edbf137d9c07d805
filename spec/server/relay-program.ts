/* A program that serves a relay whose log is in its memory. */
import { memoryLog } from '../../src/server/index.js';
import { type RelayProgramSettings, serveRelay } from '../support/serve-relay.js';
import { readSettings } from '../support/spawn-program.js';

await serveRelay(readSettings() as RelayProgramSettings, memoryLog());
