import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Dice } from '../support/dice.js';
import { randomEvents } from './random-events.js';

/** An answer as its bytes come, and how to read it. */
export interface AnswerStream {
  readonly pieces: readonly Uint8Array[];
  readonly isLegacy: boolean;
  /** Whether one answer was asked for. */
  readonly single: boolean;
  readonly limits: { readonly eventBytes: number; readonly choices: number; readonly toolCalls: number };
  /** How many chunks to take. */
  readonly take: number;
  /** Set for streams of a relay: the number after which it was asked for. */
  readonly after: number | 'start' | undefined;
}

/** Long recordings are cut to this many bytes. */
const maxBytes = 12_000;

/** Answers of real servers, where they are at hand, and those written for the specs. */
const recordings: readonly { readonly bytes: Uint8Array; readonly isLegacy: boolean }[] = [
  'spec/fixtures/answers',
  '../shared/recordings',
].flatMap((folder) =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => name.endsWith('.sse'))
    .map((name) => ({
      bytes: new Uint8Array(readFileSync(join(folder, name))).subarray(0, maxBytes),
      isLegacy: name.includes('legacy'),
    })),
);

const lineFeed = 0x0a;
const encoder = new TextEncoder();

/** Returns the stream of a seed, always the same for the same recordings. */
export function streamOf(seed: number): AnswerStream {
  const dice = new Dice(seed);
  const relay = new Dice(~seed);
  const after = relay.pick([undefined, undefined, 'start', relay.below(20)] as const);
  const { bytes: sent, isLegacy } = dice.chance(0.3) ? recorded(dice) : invented(dice);
  const bytes = after === undefined && relay.chance(0.8) ? sent : numbered(sent, after, relay);
  return {
    pieces: split(dice.chance(0.05) ? damage(bytes, dice) : bytes, dice),
    isLegacy,
    single: dice.chance(0.2),
    limits: {
      eventBytes: dice.chance(0.05) ? 300 : dice.pick([1e6, 4096]),
      choices: dice.chance(0.1) ? 2 : 128,
      toolCalls: dice.chance(0.1) ? 2 : 128,
    },
    take: dice.chance(0.05) ? 1 + dice.below(60) : Infinity,
    after,
  };
}

/** Numbers the events as a relay does, or as one does that now and then forgets a number, repeats one or starts again. */
function numbered(bytes: Uint8Array, after: AnswerStream['after'], dice: Dice): Uint8Array {
  const mistakes = dice.pick([0, 0, 0.02, 0.2]);
  let number = typeof after === 'number' ? after : 0;
  const blocks = Buffer.from(bytes)
    .toString('latin1')
    .split(/(?<=\n\r?\n)/u);
  const events = blocks.map((block) => {
    number += 1;
    if (dice.chance(mistakes)) {
      number = dice.pick([number, number - 1, 1]);
      return dice.pick([block, `id: 0${number}\n${block}`, `id: ${number}x\n${block}`, `id:${number}\n${block}`]);
    }
    return block.replace(/^(?:event: .*\n)?/u, (name) => `${name}id: ${number}${block.endsWith('\r\n') ? '\r' : ''}\n`);
  });
  return new Uint8Array(Buffer.from(events.join(''), 'latin1'));
}

function invented(dice: Dice) {
  const isLegacy = dice.chance(0.15);
  const bytes = encoder.encode(randomEvents(dice, isLegacy));
  return { isLegacy, bytes: dice.chance(0.1) ? withMalformedText(bytes, dice) : bytes };
}

/** A recording: whole, cut, damaged, with CRLF, or with each event repeated. */
function recorded(dice: Dice) {
  const { bytes, isLegacy } = dice.pick(recordings);
  const changed = dice.pick([whole, whole, cut, damage, withPairs, repeat, repeat])(bytes, dice);
  return { isLegacy, bytes: changed };
}

function whole(bytes: Uint8Array): Uint8Array {
  return bytes;
}

function cut(bytes: Uint8Array, dice: Dice): Uint8Array {
  return bytes.subarray(0, dice.below(bytes.length));
}

/** Changes a few bytes, mostly to those that mean something in JSON or in an event stream. */
function damage(bytes: Uint8Array, dice: Dice): Uint8Array {
  const copy = bytes.slice();
  for (let count = 1 + dice.below(6); count > 0; count -= 1) {
    copy[dice.below(copy.length)] = dice.chance(0.5)
      ? dice.below(256)
      : dice.pick([...encoder.encode('"\\{}[],:\n\r 0u')]);
  }
  return copy;
}

function withPairs(bytes: Uint8Array): Uint8Array {
  return encoder.encode(textOf(bytes).replaceAll(/\r?\n/gu, '\r\n'));
}

function repeat(bytes: Uint8Array, dice: Dice): Uint8Array {
  const times = 2 + dice.below(5);
  return encoder.encode(
    textOf(bytes)
      .split(/(?<=\n\r?\n)/u)
      .map((block) => (block.includes('[DONE]') ? block : block.repeat(times)))
      .join(''),
  );
}

/** Puts bytes that are not UTF-8 where there is text that is not ASCII. */
function withMalformedText(bytes: Uint8Array, dice: Dice): Uint8Array {
  return bytes.map((byte) => (byte > 0x7f && dice.chance(0.3) ? 0x80 + dice.below(128) : byte));
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Splits bytes as networks do, anywhere, or as servers do, at line ends. */
function split(bytes: Uint8Array, dice: Dice): readonly Uint8Array[] {
  const size = dice.pick([1e6, 16_384, 16_384, 4000, 1000, 1000, 200, bytes.length < 4000 ? dice.pick([1, 30]) : 500]);
  const isRegular = dice.chance(0.3);
  const isAtLines = dice.chance(0.3);
  const pieces: Uint8Array[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = start + (isRegular ? size : 1 + dice.below(2 * size));
    const line = isAtLines ? bytes.indexOf(lineFeed, end) + 1 : 0;
    // Some networks use one buffer for all pieces, and some a buffer for each.
    pieces.push(dice.chance(0.5) ? bytes.subarray(start, line || end) : bytes.slice(start, line || end));
    start = line || end;
  }
  return pieces;
}
