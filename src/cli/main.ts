#!/usr/bin/env node
import { fromEvent, map, merge, noop, take } from 'rxjs';
import { run } from './run.js';

// A reader that goes away is met where something is written; what fails after that has nobody left to tell.
process.stdout.on('error', noop);
process.stderr.on('error', noop);

merge(
  fromEvent(process, 'SIGINT').pipe(map(() => 130)),
  fromEvent(process, 'SIGTERM').pipe(map(() => 143)),
  run(process.argv.slice(2), process),
)
  .pipe(take(1))
  .subscribe((exitCode) => {
    // Not process.exit(), which would throw away what is not yet written.
    process.exitCode = exitCode;
  });
