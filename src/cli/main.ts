#!/usr/bin/env node
import { writeSync } from 'node:fs';
import { readOptions } from './arguments/options.js';
import { readVersion } from './read-version.js';

if (!printVersion(process.argv.slice(2))) {
  void import('./program.js');
}

/**
 * Prints the version if that is asked for, and returns whether it did. This loads neither rxjs nor the
 * streams of the process. What fails is left to the program, which explains it.
 */
function printVersion(parameters: readonly string[]): boolean {
  try {
    const { values } = readOptions(parameters);
    const isAsked = values.version === true && values.help !== true;
    if (isAsked) {
      writeSync(1, `${readVersion()}\n`);
    }
    return isAsked;
  } catch {
    return false;
  }
}
