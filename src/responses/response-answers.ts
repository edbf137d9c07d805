import type { AnswerFormat } from '../answers/answer-format.js';
import { readUsage } from '../answers/usage.js';
import type { ResponseEvent } from '../schemas/response-event.js';
import { ResponseDraft } from './draft.js';
import { responseOf } from './ending.js';
import { ResponseTextReader } from './text-reader.js';
import { visitDelta, visitWhole } from './texts.js';
import { truncationOf } from './truncation.js';

/** What response events tell about an answer. A response is one answer, so it has no choice but 0. */
export const responseAnswers: AnswerFormat<ResponseEvent> = {
  matches: (value) => 'type' in value && typeof value.type === 'string' && !('choices' in value),
  createTextReader: (kind, choice) => {
    const reader = new ResponseTextReader(kind);
    return choice === 0 ? (event) => reader.read(event) : () => '';
  },
  holdsText,
  holdsAnswer: (event) => holdsText(event) || holdsCall(event),
  usageOf: (event) => readUsage(responseOf(event)?.usage),
  truncationOf,
  createDraft: (config) => new ResponseDraft(config),
};

function holdsText(event: ResponseEvent): boolean {
  let holds = false;
  const note = (_source: unknown, _output: number, _part: number, text: string): void => {
    holds ||= text !== '';
  };
  visitDelta(event, note);
  visitWhole(event, note);
  return holds;
}

function holdsCall(event: ResponseEvent): boolean {
  switch (event.type) {
    case 'response.function_call_arguments.delta':
    case 'response.function_call_arguments.done':
    case 'response.custom_tool_call_input.delta':
    case 'response.custom_tool_call_input.done':
      return true;
    case 'response.output_item.added':
    case 'response.output_item.done':
      return isCall(event.item);
    default:
      return responseOf(event)?.output?.some(isCall) ?? false;
  }
}

function isCall({ type }: { readonly type: string }): boolean {
  return type === 'function_call' || type === 'custom_tool_call';
}
