/** Where the strings of a body's events stand that belong together. */
export interface Deltas {
  /** By their field and choice, in order: the strings of one list are pieces of one text. */
  readonly texts: ReadonlyMap<string, readonly Stretch[]>;
  /** The log probabilities, which spell the text of their choice once more. */
  readonly logprobs: readonly Stretch[];
}

/** A stretch of a body, of a string without its quotes. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** An event of one line, as model servers send them. */
const line = /^(?:data: ?)?(\{[^\r\n]*\})[ \t]*$/gmu;
const token = /"(?:[^"\\]|\\.)*"|[{}[\],]/gu;
/** Fields that come whole; put one behind the other they would look like what they are not. */
const whole: ReadonlySet<string> = new Set(['id', 'type', 'role', 'finish_reason']);

interface Frame {
  readonly path: string;
  readonly value: unknown;
  readonly from: number;
  readonly isList: boolean;
  /** The name of the field that is being read, `undefined` before it. */
  key: string | undefined;
  position: number;
}

/**
 * Reads what the events of a body add to its choices, of chat and legacy completions, and the `delta` of response events.
 * An event that is spread over several lines or is no JSON is left out.
 *
 * @param binary The body, with one character per byte.
 */
export function readDeltas(binary: string): Deltas {
  const texts = new Map<string, Stretch[]>();
  const logprobs: Stretch[] = [];
  for (const { index, 0: whole, 1: json = '' } of binary.matchAll(line)) {
    const event = parse(json);
    if (event !== undefined) {
      readEvent(json, event, index + whole.indexOf('{'), texts, logprobs);
    }
  }
  return { texts, logprobs };
}

function readEvent(
  json: string,
  event: unknown,
  start: number,
  texts: Map<string, Stretch[]>,
  logprobs: Stretch[],
): void {
  // By hand instead of recursively: a server decides how deep its JSON is.
  const frames: Frame[] = [];
  for (const { index, 0: text } of json.matchAll(token)) {
    const frame = frames.at(-1);
    const from = start + index;
    if (text === '{' || text === '[') {
      const path = frame === undefined ? labelOf(event, ['item_id', 'output_index', 'content_index']) : placeIn(frame);
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
      const isDelta = place.includes('.choices[') || (frames.length === 1 && frame.key === 'delta');
      if (isDelta && !whole.has(frame.key ?? '') && !place.includes('.logprobs')) {
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

/** What tells a choice or a tool call from others: not its position, since each comes in an event of its own. */
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

function parse(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}
