import { isObject } from '../util/is-object.js';
import { parseJson } from '../util/parse-json.js';
import type { LogEntry } from './stream-log.js';

/** The text that an event adds, and what is left of the event without it. */
interface TextEvent {
  readonly text: string;
  /** Equal for events that may be joined. */
  readonly rest: string;
  /** Returns the data of the event with another text. */
  readonly withText: (text: string) => string;
}

/**
 * Joins neighbouring entries that only add text, for a reader that is behind: chunks that differ in nothing but the content
 * of their one choice, and text deltas of one part of a response. The joined entry has the number of the last. All other
 * entries, and those that carry log probabilities, stay as they are. The padding in `obfuscation` is left out.
 */
export function joinEntries(entries: readonly LogEntry[]): readonly LogEntry[] {
  const joined: LogEntry[] = [];
  let run: TextEvent | undefined;
  let texts: string[] = [];
  const endRun = (): void => {
    const last = joined.at(-1);
    if (run !== undefined && last !== undefined && texts.length > 1) {
      joined[joined.length - 1] = { ...last, data: run.withText(texts.join('')) };
    }
    texts = [];
  };
  for (const entry of entries) {
    const event = textEventOf(entry);
    if (event !== undefined && event.rest === run?.rest) {
      joined[joined.length - 1] = entry;
    } else {
      endRun();
      joined.push(entry);
    }
    run = event;
    texts.push(event?.text ?? '');
  }
  endRun();
  return joined;
}

function textEventOf({ event, data }: LogEntry): TextEvent | undefined {
  const value = parseJson(data);
  if (!isObject(value)) {
    return undefined;
  }
  const { obfuscation: _, ...fields } = value;
  const parts = fields['type'] === 'response.output_text.delta' ? partsOfDelta(fields) : partsOfChunk(fields);
  return parts && { ...parts, rest: JSON.stringify([event, parts.rest]) };
}

/** As {@link TextEvent}, before what is left is made comparable. */
interface Parts extends Omit<TextEvent, 'rest'> {
  readonly rest: unknown;
}

function partsOfDelta(fields: Readonly<Record<string, unknown>>): Parts | undefined {
  const { delta, sequence_number: _, logprobs, ...rest } = fields;
  const isPlain = isAbsent(logprobs) || (Array.isArray(logprobs) && logprobs.length === 0);
  return typeof delta === 'string' && isPlain
    ? { text: delta, rest, withText: (text) => JSON.stringify({ ...fields, delta: text }) }
    : undefined;
}

function partsOfChunk(fields: Readonly<Record<string, unknown>>): Parts | undefined {
  const choices: readonly unknown[] = Array.isArray(fields['choices']) ? fields['choices'] : [];
  const [choice] = choices;
  if (choices.length !== 1 || !isObject(choice) || !isAbsent(choice['logprobs'])) {
    return undefined;
  }
  const { delta } = choice;
  // Anything else that a delta brings would be lost: the same piece of reasoning may come twice.
  if (!isObject(delta) || !Object.keys(delta).every((key) => plainKeys.includes(key) || isAbsent(delta[key]))) {
    return undefined;
  }
  const withContent = (content: string): unknown => ({
    ...fields,
    choices: [{ ...choice, delta: { ...delta, content } }],
  });
  const { content } = delta;
  return typeof content === 'string'
    ? { text: content, rest: withContent(''), withText: (text) => JSON.stringify(withContent(text)) }
    : undefined;
}

const plainKeys = ['content', 'role'];

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}
