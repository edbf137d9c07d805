import { execFileSync } from 'node:child_process';

/** What a process needs besides its sockets. */
const reserve = 200;

/**
 * How many of so many streams can be open at once, one socket each; says so when it is not all of them. Node has raised
 * the limit as far as it may before this runs.
 */
export function withinOpenFiles(streams: number): number {
  const shown = execFileSync('/bin/sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
  const limit = shown === 'unlimited' ? Infinity : Number(shown);
  const allowed = Math.min(streams, limit - reserve);
  if (allowed < streams) {
    console.log(`  note    ${streams} streams are too many for ${limit} open files (ulimit -n): ${allowed} instead`);
  }
  return allowed;
}
