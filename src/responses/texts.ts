import type { TextKind } from '../answers/answer-format.js';
import type { ResponseEvent } from '../schemas/response-event.js';
import type { ResponseOutputItem } from '../schemas/response-object.js';
import { endingOf, responseOf } from './ending.js';

/** A kind of text. Reasoning comes as a summary, as its text, or as both. */
export type Source = Exclude<TextKind, 'reasoning'> | 'summary' | 'thought';

/** Receives a text and its place: the item's in the output, and the part's in the item. */
type Visit = (source: Source, output: number, part: number, text: string) => void;

/** Calls `visit` with the text that an event adds to a part, if it does. */
export function visitDelta(event: ResponseEvent, visit: Visit): void {
  switch (event.type) {
    case 'response.output_text.delta':
      visit('text', event.output_index, event.content_index, event.delta);
      break;
    case 'response.refusal.delta':
      visit('refusal', event.output_index, event.content_index, event.delta);
      break;
    case 'response.reasoning_summary_text.delta':
      visit('summary', event.output_index, event.summary_index, event.delta);
      break;
    case 'response.reasoning_text.delta':
      visit('thought', event.output_index, event.content_index, event.delta);
      break;
    default:
  }
}

/** Calls `visit` with each text that an event has whole. */
export function visitWhole(event: ResponseEvent, visit: Visit): void {
  switch (event.type) {
    case 'response.output_text.done':
      visit('text', event.output_index, event.content_index, event.text);
      break;
    case 'response.refusal.done':
      visit('refusal', event.output_index, event.content_index, event.refusal);
      break;
    case 'response.reasoning_summary_text.done':
      visit('summary', event.output_index, event.summary_index, event.text);
      break;
    case 'response.reasoning_text.done':
      visit('thought', event.output_index, event.content_index, event.text);
      break;
    case 'response.content_part.done':
      visitPart(event.part, event.output_index, event.content_index, visit);
      break;
    case 'response.reasoning_summary_part.done':
      visitPart(event.part, event.output_index, event.summary_index, visit);
      break;
    case 'response.output_item.done':
      visitItem(event.item, event.output_index, visit);
      break;
    default:
      if (endingOf(event) !== undefined) {
        responseOf(event)?.output?.forEach((item, index) => visitItem(item, index, visit));
      }
  }
}

/** Calls `visit` with each text of an item. */
export function visitItem(item: ResponseOutputItem, output: number, visit: Visit): void {
  if (item.type === 'reasoning') {
    item.summary?.forEach((part, index) => visitPart(part, output, index, visit));
  }
  if (item.type === 'message' || item.type === 'reasoning') {
    item.content?.forEach((part: Part, index) => visitPart(part, output, index, visit));
  }
}

interface Part {
  readonly type: string;
  readonly [key: string]: unknown;
}

const sources: ReadonlyMap<string, Source> = new Map<string, Source>([
  ['output_text', 'text'],
  ['refusal', 'refusal'],
  ['summary_text', 'summary'],
  ['reasoning_text', 'thought'],
]);

function visitPart({ type, text, refusal }: Part, output: number, index: number, visit: Visit): void {
  const source = sources.get(type);
  if (source !== undefined) {
    visit(source, output, index, (source === 'refusal' ? refusal : text) as string);
  }
}
