import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { of } from 'rxjs';
import { createClient, isLlmError, type TransportEvent } from '../../src/index.js';
import { chatRequest, fakeTransport } from '../support/answers.js';
import { observe } from '../support/observe.js';
import { head } from '../support/transport-events.js';

const folder = join(__dirname, '../../../shared/recordings');
const names = (existsSync(folder) ? readdirSync(folder) : []).filter(
  (name) => name.endsWith('.sse') && !/responses|completions|mcp|replicate/u.test(name),
);

/** In how many places each recording is cut. */
const cuts = 16;

interface Read {
  readonly chunks: readonly string[];
  readonly kind: string | undefined;
}

async function read(...pieces: readonly Uint8Array[]): Promise<Read> {
  const events = pieces.map((bytes): TransportEvent => ({ type: 'data', bytes }));
  const { transport } = fakeTransport(of(head(200, { 'content-type': 'text/event-stream' }), ...events));
  const seen = observe(createClient({ baseURL: 'http://server.test', transport }).chat(chatRequest));
  const error = await seen.ended;
  return {
    chunks: seen.values.map((chunk) => JSON.stringify(chunk)),
    kind: isLlmError(error) ? error.kind : (error as undefined),
  };
}

it('no cut of a recorded answer changes its chunks, and an early end is an early end and nothing else', async () => {
  for (const name of names) {
    const bytes = readFileSync(join(folder, name));
    const whole = await read(bytes);
    for (let cut = 0; cut < cuts; cut += 1) {
      const place = Math.floor((cut * bytes.length) / cuts);
      const start = await read(bytes.subarray(0, place));

      expect([name, place, await read(bytes.subarray(0, place), bytes.subarray(place))]).toEqual([name, place, whole]);
      expect([name, place, start.chunks]).toEqual([name, place, whole.chunks.slice(0, start.chunks.length)]);
      expect([undefined, 'truncated', whole.kind]).toContain(start.kind);
    }
  }
});
