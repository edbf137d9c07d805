/* Runs the command line of this process. */
import { defer, finalize, fromEvent, map, merge, noop, Subject, take, tap } from 'rxjs';
import { readVersion } from './read-version.js';
import { run } from './run.js';
import { eraseLine } from './terminal/text.js';

// Whoever writes handles a closed output; later errors can no longer be reported to anyone.
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

const loadCommands = () => defer(() => import('./commands.js'));

merge(signals, run(process.argv.slice(2), { streams: process, interruptions, readVersion, loadCommands }))
  .pipe(take(1), finalize(eraseEchoedKeys))
  .subscribe((exitCode) => {
    // Not process.exit(), which would discard buffered output.
    process.exitCode = exitCode;
  });

/** Everything printed has ended its line by now, so a terminal's last line holds nothing but the ^C it echoed. */
function eraseEchoedKeys(): void {
  if (isInterrupted && process.stdout.isTTY) {
    process.stdout.write(eraseLine);
  }
}
