import type { AnswerDraft, AnswerFormat, DraftConfig, TextKind, Truncation } from '../answers/answer-format.js';
import { type AnswerChunk, usageOfChunk } from '../chunks/answer-chunk.js';
import {
  chunkHoldsAnswer,
  chunkHoldsText,
  createChunkReader,
  isChunk,
  selectChoiceOfChunk,
  truncationOfChunk,
} from '../chunks/chunk-answers.js';
import { ChunkDraft } from '../chunks/chunk-draft.js';
import {
  createEventReader,
  createResponseDraft,
  eventHoldsAnswer,
  eventHoldsText,
  isResponseEvent,
  selectChoiceOfEvent,
  usageOfEvent,
} from '../responses/response-answers.js';
import { truncationOfEvent } from '../responses/truncation.js';
import type { Usage } from '../schemas/message.js';
import type { ResponseEvent } from '../schemas/response-event.js';
import { notAnAnswer } from '../util/misuse.js';

/** A value of any stream that brings an answer: a chunk, or an event of a response. */
export type AnswerValue = AnswerChunk | ResponseEvent;

/**
 * One function of each wire format, in the order in which {@link placeOf} numbers them. A list for each function, and not
 * an object for each format, so that a bundle has only the functions that it uses.
 */
type PerFormat<Key extends keyof AnswerFormat<never>> = readonly [
  AnswerFormat<AnswerChunk>[Key],
  AnswerFormat<ResponseEvent>[Key],
];

const readers: PerFormat<'createTextReader'> = [createChunkReader, createEventReader];
const texts: PerFormat<'holdsText'> = [chunkHoldsText, eventHoldsText];
const answers: PerFormat<'holdsAnswer'> = [chunkHoldsAnswer, eventHoldsAnswer];
const usages: PerFormat<'usageOf'> = [usageOfChunk, usageOfEvent];
const truncations: PerFormat<'truncationOf'> = [truncationOfChunk, truncationOfEvent];
const selections: PerFormat<'selectChoice'> = [selectChoiceOfChunk, selectChoiceOfEvent];
const drafts: PerFormat<'createDraft'> = [(config) => new ChunkDraft(config), createResponseDraft];

/** The place of a format in the lists. */
type Place = 0 | 1;

function placeOf(value: unknown): Place | undefined {
  return isChunk(value) ? 0 : isResponseEvent(value) ? 1 : undefined;
}

/** Returns the place of a value's format, or throws a TypeError that names the operator which got something else. */
function requirePlace(operator: string, value: unknown): Place {
  const place = placeOf(value);
  if (place === undefined) {
    throw notAnAnswer(operator, value);
  }
  return place;
}

function pick<Key extends keyof AnswerFormat<never>>(
  list: PerFormat<Key>,
  place: Place,
): AnswerFormat<AnswerValue>[Key] {
  return list[place] as AnswerFormat<AnswerValue>[Key];
}

/** Reads one kind of text of one choice of one stream, whatever the formats of its values. */
export class TextReader {
  private readonly operator: string;
  private readonly kind: TextKind;
  private readonly choice: number;
  // Sized for one: a list that grows from nothing takes room for 17.
  private readonly readers: (((value: AnswerValue) => string) | undefined)[] = [undefined];

  /** @param operator The operator's name, for the TypeError about a value that is no part of an answer. */
  constructor(operator: string, kind: TextKind, choice: number) {
    this.operator = operator;
    this.kind = kind;
    this.choice = choice;
  }

  /** Returns the text that a value adds; an empty string if it adds none. */
  read(value: AnswerValue): string {
    const place = requirePlace(this.operator, value);
    return (this.readers[place] ??= pick(readers, place)(this.kind, this.choice))(value);
  }
}

/** Creates what finds the draft of one stream for the format of a value. `operator` is named in the TypeError for others. */
export function messageDrafts(operator: string, config: DraftConfig): (value: AnswerValue) => AnswerDraft<AnswerValue> {
  const found: (AnswerDraft<AnswerValue> | undefined)[] = [];
  return (value) => {
    const place = requirePlace(operator, value);
    return (found[place] ??= pick(drafts, place)(config));
  };
}

/** Returns why an answer was cut, if a value tells that one was. */
export function truncationOf(operator: string, value: AnswerValue): Truncation | undefined {
  return pick(truncations, requirePlace(operator, value))(value);
}

/** Returns a value with one choice alone, numbered 0; `undefined` for a value that is about other choices. */
export function selectChoice<Value extends AnswerValue>(
  operator: string,
  value: Value,
  choice: number,
): Value | undefined {
  return pick(selections, requirePlace(operator, value))(value, choice) as Value | undefined;
}

/** Returns a value of an answer, or throws a TypeError that names the operator which got something else. */
export function checkAnswerValue(operator: string, value: AnswerValue): AnswerValue {
  requirePlace(operator, value);
  return value;
}

/** Returns the token counts that a value of any kind tells, if it does. */
export function usageOf(value: unknown): Usage | undefined {
  const place = placeOf(value);
  return place === undefined ? undefined : pick(usages, place)(value as AnswerValue);
}

/** Whether a value is a non-empty string, or adds text, reasoning or a refusal. */
export function holdsText(value: unknown): boolean {
  return holds(texts, value);
}

/** Whether a value holds text as in {@link holdsText}, or adds part of a call. */
export function holdsAnswer(value: unknown): boolean {
  return holds(answers, value);
}

function holds(list: PerFormat<'holdsText' | 'holdsAnswer'>, value: unknown): boolean {
  const place = placeOf(value);
  return place === undefined ? typeof value === 'string' && value !== '' : pick(list, place)(value as AnswerValue);
}

/** Whether a value is a chunk, or an event of a type that the API has: a `type` alone may be that of a snapshot. */
export function isPieceOfAnswer(value: unknown): boolean {
  return isChunk(value) || (isResponseEvent(value) && (value as ResponseEvent).type.startsWith('response.'));
}
