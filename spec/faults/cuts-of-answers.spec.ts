import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { of } from 'rxjs';
import { createClient, isLlmError, type TransportEvent } from '../../src/index.js';
import { chatRequest, fakeTransport } from '../support/answers.js';
import { observe } from '../support/observe.js';
import { head } from '../support/transport-events.js';

function filesIn(folder: string): readonly string[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names
    .filter((name) => name.endsWith('.sse') && !/responses|completions|mcp|replicate/u.test(name))
    .map((name) => join(folder, name));
}

const recorded = filesIn(join(__dirname, '../../../shared/recordings'));

/** Recorded kinds of answers, and the kind of error that each ends in. */
const answers: readonly (readonly [name: string, kind: string | undefined])[] = [
  ['text-and-usage', undefined],
  ['carriage-returns-and-comments', undefined],
  ['reasoning', undefined],
  ['two-tool-calls', undefined],
  ['two-choices', undefined],
  ['no-end-mark', undefined],
  ['whole-messages', undefined],
  ['an-error-at-last', 'server'],
  ['an-error-event', 'invalid_request'],
];

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

/** Cuts an answer at evenly spaced places, and expects the same chunks, or fewer and a truncation. */
async function expectSameWhenCut(file: string, cuts: number): Promise<Read> {
  const bytes = readFileSync(file);
  const whole = await read(bytes);
  for (let cut = 0; cut < cuts; cut += 1) {
    const place = Math.floor((cut * bytes.length) / cuts);
    const start = await read(bytes.subarray(0, place));

    expect([file, place, await read(bytes.subarray(0, place), bytes.subarray(place))]).toEqual([file, place, whole]);
    expect([file, place, start.chunks]).toEqual([file, place, whole.chunks.slice(0, start.chunks.length)]);
    expect([undefined, 'truncated', whole.kind]).toContain(start.kind);
  }
  return whole;
}

describe('answers of many servers', () => {
  it.each(answers)(
    'have the same chunks wherever %s is cut, and are truncated where they end early',
    async (name, kind) => {
      const whole = await expectSameWhenCut(join(__dirname, `../fixtures/answers/${name}.sse`), 100);

      expect([whole.chunks.length > 0, whole.kind]).toEqual([true, kind]);
    },
  );

  it('have the same chunks wherever a recording is cut', async () => {
    for (const file of recorded) {
      await expectSameWhenCut(file, 16);
    }
  });
});
