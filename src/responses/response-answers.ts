import type { AnswerDraft, DraftConfig, TextKind } from '../answers/answer-format.js';
import { emptyMessage } from '../answers/empty-message.js';
import { readUsage } from '../answers/usage.js';
import type { Usage } from '../schemas/message.js';
import type { ResponseEvent } from '../schemas/response-event.js';
import { ResponseDraft } from './draft.js';
import { responseOf } from './ending.js';
import { ResponseTextReader } from './text-reader.js';
import { visitDelta, visitWhole } from './texts.js';

/** Whether a value is an event of a response. A server may send events of types that nobody knows. */
export function isResponseEvent(value: unknown): boolean {
  return typeof (value as Partial<ResponseEvent> | null | undefined)?.type === 'string';
}

/** Creates what reads one kind of text. A response is one answer, so it has no choice but 0. */
export function createEventReader(kind: TextKind, choice: number): (event: ResponseEvent) => string {
  const reader = new ResponseTextReader(kind);
  return choice === 0 ? (event) => reader.read(event) : () => '';
}

/** Whether an event adds text, reasoning or a refusal. */
export function eventHoldsText(event: ResponseEvent): boolean {
  let holds = false;
  const note = (_source: unknown, _output: number, _part: number, text: string): void => {
    holds ||= text !== '';
  };
  visitDelta(event, note);
  visitWhole(event, note);
  return holds;
}

/** Whether an event adds text as in {@link eventHoldsText}, or part of a call. */
export function eventHoldsAnswer(event: ResponseEvent): boolean {
  return eventHoldsText(event) || holdsCall(event);
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

/** Returns the token counts that an event tells, if any. */
export function usageOfEvent(event: ResponseEvent): Usage | undefined {
  return readUsage(responseOf(event)?.usage);
}

/** Returns an event as it is, if choice 0 is asked for. */
export function selectChoiceOfEvent(event: ResponseEvent, choice: number): ResponseEvent | undefined {
  return choice === 0 ? event : undefined;
}

/** Creates the message of a response; for another choice than 0 one that stays empty. */
export function createResponseDraft({ choice, toolCalls }: DraftConfig): AnswerDraft<ResponseEvent> {
  return choice === 0
    ? new ResponseDraft(toolCalls)
    : { message: { ...emptyMessage }, add: () => undefined, settle: () => undefined };
}
