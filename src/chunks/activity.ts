import { type AnswerChoice, type AnswerChunk, contentOf, deltaOf, reasoningOf, refusalOf } from './answer-chunk.js';
import { otherParts, textKeys } from './loose-values.js';
import { perChoice } from './per-choice.js';

/**
 * Tells which chunks of one stream show that the model is at work: those that bring text, reasoning, a refusal, part of a
 * call, a role for the first time, a finish reason, usage that differs from the last, or another field of a delta. Some
 * servers keep sending chunks without any of these when the model is dead.
 */
export class ActivityCheck {
  private readonly hasRole = perChoice<boolean>();
  private usage: unknown;

  isActive({ choices, usage }: AnswerChunk): boolean {
    const before = this.usage;
    this.usage = usage ?? before;
    for (const choice of choices) {
      if (this.hasNewRole(choice) || bringsAnswer(choice)) {
        return true;
      }
    }
    return brings(usage) && JSON.stringify(usage) !== JSON.stringify(before);
  }

  private hasNewRole(choice: AnswerChoice): boolean {
    if (!deltaOf(choice)?.role || this.hasRole[choice.index] === true) {
      return false;
    }
    return (this.hasRole[choice.index] = true);
  }
}

function bringsAnswer(choice: AnswerChoice): boolean {
  if (choice.finish_reason || contentOf(choice) !== '' || reasoningOf(choice) !== '' || refusalOf(choice) !== '') {
    return true;
  }
  // Text counts by what is read from it, and a role if it is new.
  const delta = deltaOf(choice) ?? {};
  const { tool_calls: calls, role: _role, ...others } = delta;
  return (
    Boolean(calls?.some(({ index: _index, type: _type, ...call }) => brings(call))) ||
    otherParts(delta.content).length > 0 ||
    Object.entries(others).some(([key, value]) => !textKeys.includes(key) && brings(value))
  );
}

/** Whether a value holds anything but null, `false` and empty texts, lists and objects. */
function brings(value: unknown): boolean {
  return typeof value === 'object' && value !== null
    ? Object.values(value).some(brings)
    : typeof value === 'number' || Boolean(value);
}
