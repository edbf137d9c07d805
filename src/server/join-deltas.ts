import { isObject } from '../util/is-object.js';

type Fields = Readonly<Record<string, unknown>>;

/** Two objects joined, and the text that the later one added. */
export interface JoinedDeltas {
  readonly value: object;
  readonly added: string;
}

/**
 * Joins two neighbouring objects of a stream: chunks that differ in nothing but `delta.content`, or text deltas of one part
 * of a response without log probabilities. The joined object adds the text of both, and is otherwise the later one without
 * the random characters of its `obfuscation`.
 *
 * Returns `undefined` for objects that differ in more, have a finish reason, or carry anything else that a reader adds up, such
 * as reasoning or part of a tool call.
 */
export function joinDeltas(earlier: unknown, later: unknown): JoinedDeltas | undefined {
  if (!isObject(earlier) || !isObject(later)) {
    return undefined;
  }
  const { obfuscation: _, ...rest } = later;
  return 'choices' in rest ? joinChunks(earlier, rest) : joinTextDeltas(earlier, rest);
}

function joinChunks(earlier: Fields, later: Fields): JoinedDeltas | undefined {
  const before = onlyChoice(earlier);
  const after = onlyChoice(later);
  if (
    before === undefined ||
    after === undefined ||
    !isSame(earlier, later, ['choices', 'obfuscation']) ||
    !isSame(before.choice, after.choice, ['delta']) ||
    !isSame(before.delta, after.delta, ['content'])
  ) {
    return undefined;
  }
  const delta = { ...after.delta, content: before.content + after.content };
  return { value: { ...later, choices: [{ ...after.choice, delta }] }, added: after.content };
}

/** Returns the choice of a chunk that has one only, and there nothing but text. */
function onlyChoice({ choices }: Fields): { choice: Fields; delta: Fields; content: string } | undefined {
  const [choice, ...others] = Array.isArray(choices) ? (choices as unknown[]) : [];
  if (!isObject(choice) || others.length > 0 || !isEmpty(choice['finish_reason']) || !isEmpty(choice['logprobs'])) {
    return undefined;
  }
  const { delta } = choice;
  if (!isObject(delta)) {
    return undefined;
  }
  const { content, role: _role, ...more } = delta;
  return typeof content === 'string' && Object.values(more).every(isEmpty) ? { choice, delta, content } : undefined;
}

function joinTextDeltas(earlier: Fields, later: Fields): JoinedDeltas | undefined {
  const { type, delta: added } = later;
  if (
    typeof type !== 'string' ||
    !type.endsWith('_text.delta') ||
    typeof earlier['delta'] !== 'string' ||
    typeof added !== 'string' ||
    ![earlier, later].every(({ logprobs }) => isEmpty(logprobs)) ||
    !isSame(earlier, later, ['delta', 'sequence_number', 'logprobs', 'obfuscation'])
  ) {
    return undefined;
  }
  return { value: { ...later, delta: earlier['delta'] + added }, added };
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/** Whether two objects have the same fields, apart from some. */
function isSame(one: Fields, other: Fields, except: readonly string[]): boolean {
  return Object.keys({ ...one, ...other }).every((key) => {
    const [a, b] = [one[key], other[key]];
    return except.includes(key) || a === b || (isNested(a) && isNested(b) && JSON.stringify(a) === JSON.stringify(b));
  });
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
