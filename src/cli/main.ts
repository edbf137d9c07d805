#!/usr/bin/env node
import { finalize, fromEvent, map, merge, noop, Subject, take, tap } from 'rxjs';
import { eraseLine } from './erase-line.js';
import { run } from './run.js';

// A reader that goes away is met where something is written; what fails after that has nobody left to tell.
process.stdout.on('error', noop);
process.stderr.on('error', noop);

const interruptions = new Subject<void>();
let isInterrupted = false;
const signals = merge(
  fromEvent(process, 'SIGINT').pipe(map(() => 130)),
  fromEvent(process, 'SIGTERM').pipe(map(() => 143)),
).pipe(
  tap(() => {
    isInterrupted = true;
    interruptions.next();
  }),
);

merge(signals, run(process.argv.slice(2), process, interruptions))
  .pipe(take(1), finalize(tidyUp))
  .subscribe((exitCode) => {
    // Not process.exit(), which would throw away what is not yet written.
    process.exitCode = exitCode;
  });

/** By now all that was printed has ended its line: what stands on the last one is the keys that interrupted, which a terminal shows. */
function tidyUp(): void {
  if (isInterrupted && process.stdout.isTTY) {
    process.stdout.write(eraseLine);
  }
}
