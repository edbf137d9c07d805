import { type AnswerChoice, type AnswerChunk, contentOf, deltaOf, reasoningOf, refusalOf } from './answer-chunk.js';
import { otherParts } from './loose-values.js';

/**
 * Creates, for one stream, a function that tells whether a chunk shows that the model is at work: it brings text, reasoning,
 * a refusal, part of a call, a role for the first time, a finish reason, usage that differs from the last, or another
 * field of a delta. Some servers keep sending chunks without any of these when the model is dead.
 */
export function createActivityCheck(): (chunk: AnswerChunk) => boolean {
  const roles = new Set<number>();
  let usage: unknown;

  const hasNewRole = (choice: AnswerChoice): boolean => {
    if (!deltaOf(choice)?.role || roles.has(choice.index)) {
      return false;
    }
    roles.add(choice.index);
    return true;
  };
  const hasNewUsage = (added: unknown): boolean => {
    const before = usage;
    usage = added ?? usage;
    return brings(added) && JSON.stringify(added) !== JSON.stringify(before);
  };
  return (chunk) => {
    const isChoiceActive = chunk.choices.some((choice) => hasNewRole(choice) || bringsAnswer(choice));
    if (!isChoiceActive) {
      return hasNewUsage(chunk.usage);
    }
    usage = chunk.usage ?? usage;
    return true;
  };
}

/** The delta fields that count by what is read from them, if at all. */
const readKeys: ReadonlySet<string> = new Set(['role', 'content', 'refusal', 'reasoning_content', 'reasoning']);

function bringsAnswer(choice: AnswerChoice): boolean {
  if (choice.finish_reason || contentOf(choice) !== '' || reasoningOf(choice) !== '' || refusalOf(choice) !== '') {
    return true;
  }
  const delta = deltaOf(choice) ?? {};
  const { tool_calls: calls, ...others } = delta;
  return (
    Boolean(calls?.some(({ index: _index, type: _type, ...call }) => brings(call))) ||
    otherParts(delta.content).length > 0 ||
    Object.entries(others).some(([key, value]) => !readKeys.has(key) && brings(value))
  );
}

/** Whether a value holds anything but null, `false` and empty texts, lists and objects. */
function brings(value: unknown): boolean {
  return typeof value === 'object' && value !== null
    ? Object.values(value).some(brings)
    : typeof value === 'number' || Boolean(value);
}
