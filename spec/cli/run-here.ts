import { PassThrough } from 'node:stream';
import { lastValueFrom, NEVER } from 'rxjs';
import { run } from '../../src/cli/run.js';

/** What the command line wrote when it ran in this process. */
export interface EndedHere {
  readonly code: number;
  readonly stdout: string;
  /** Without its colors, which depend on how jest was started. */
  readonly stderr: string;
}

/** Collects what is written to a stream. */
export function sink(isTTY = false): { readonly stream: NodeJS.WriteStream; readonly text: () => string } {
  let text = '';
  const stream = new PassThrough({ encoding: 'utf8' }).on('data', (piece: string) => (text += piece));
  return { stream: Object.assign(stream, { isTTY }) as unknown as NodeJS.WriteStream, text: () => text };
}

/** Runs the command line in this process, without the time that starting the program takes; standard input is empty. */
export async function runHere(parameters: readonly string[], isTTY = false): Promise<EndedHere> {
  const [stdout, stderr] = [sink(isTTY), sink()];
  const stdin = new PassThrough().end() as unknown as NodeJS.ReadStream;
  const streams = { stdin, stdout: stdout.stream, stderr: stderr.stream };
  const code = await lastValueFrom(run(parameters, { streams, interruptions: NEVER, readVersion: () => '0' }));
  return { code, stdout: stdout.text(), stderr: stderr.text().replace(/\p{Cc}\[\d+m/gu, '') };
}
