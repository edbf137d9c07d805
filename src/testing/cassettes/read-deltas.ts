import type { Span } from '../../secrets/find-secrets.js';
import { parseJson } from '../../util/parse-json.js';

/** Positions in a body whose events are read one after the other. */
interface Deltas {
  /** Strings, without quotes, by field and choice: the strings of one list are consecutive parts of one text. */
  readonly texts: ReadonlyMap<string, readonly Span[]>;
  /** The log probabilities, which repeat the text. */
  readonly logprobs: readonly Span[];
}

/** An event on one line, as model servers send it. */
const line = /^(?:data: ?)?(\{[^\r\n]*\})[ \t]*$/gmu;
const token = /"(?:[^"\\]|\\.)*"|[{}[\],]/gu;
/** Fields that are not split over events: their values must not be joined. */
const wholeFields: ReadonlySet<string> = new Set(['id', 'type', 'role', 'finish_reason']);

/** What tells the text to which the event of a response adds. Some servers give each event another item id. */
const eventLabels = ['type', 'output_index', 'content_index', 'summary_index', 'command_index'];

interface Frame {
  readonly path: string;
  readonly value: unknown;
  readonly from: number;
  readonly isList: boolean;
  /** The name of the current field; `undefined` before it is read. */
  key: string | undefined;
  position: number;
}

/**
 * Finds the texts that the events of a body add to its choices, of chat and legacy completions, and the `delta` of response
 * events. Skips events of several lines and events that are not JSON.
 *
 * @param binary The body, with one character per byte.
 */
export function readDeltas(binary: string): Deltas {
  const texts = new Map<string, Span[]>();
  const logprobs: Span[] = [];
  for (const { index, 0: text, 1: json = '' } of binary.matchAll(line)) {
    const event = parseJson(json);
    if (event !== undefined) {
      readEvent(json, event, index + text.indexOf('{'), texts, logprobs);
    }
  }
  return { texts, logprobs };
}

function readEvent(json: string, event: unknown, start: number, texts: Map<string, Span[]>, logprobs: Span[]): void {
  const frames: Frame[] = [];
  for (const { index, 0: text } of json.matchAll(token)) {
    const frame = frames.at(-1);
    const from = start + index;
    if (text === '{' || text === '[') {
      const path = frame === undefined ? labelOf(event, eventLabels) : placeIn(frame);
      const value = frame === undefined ? event : valueIn(frame);
      frames.push({ path, value, from, isList: text === '[', key: undefined, position: 0 });
    } else if (text === '}' || text === ']') {
      frames.pop();
      if (frame?.path.endsWith('.logprobs')) {
        logprobs.push({ from: frame.from, to: from + 1 });
      }
    } else if (frame !== undefined && text === ',') {
      frame.key = undefined;
      frame.position += 1;
    } else if (frame !== undefined && !frame.isList && frame.key === undefined) {
      frame.key = JSON.parse(text) as string;
    } else if (frame !== undefined) {
      const place = placeIn(frame);
      const isDelta = place.includes('.choices[') || frames[0]?.key === 'delta';
      if (isDelta && !wholeFields.has(frame.key ?? '') && !place.includes('.logprobs')) {
        const parts = texts.get(place) ?? [];
        parts.push({ from: from + 1, to: from + text.length - 1 });
        texts.set(place, parts);
      }
    }
  }
}

function placeIn(frame: Frame): string {
  return frame.isList ? `${frame.path}[${labelOf(valueIn(frame), ['index'])}]` : `${frame.path}.${frame.key}`;
}

/** Identifies a choice or tool call: not by its position, since each comes in an event of its own. */
function labelOf(value: unknown, keys: readonly string[]): string {
  return keys
    .map((key) => own(value, key))
    .filter((label) => typeof label === 'number' || typeof label === 'string')
    .join();
}

function valueIn({ isList, value, key, position }: Frame): unknown {
  return own(value, isList ? position : (key ?? ''));
}

function own(value: unknown, key: string | number): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string | number, unknown>>)[key]
    : undefined;
}
