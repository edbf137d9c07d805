import type { TextKind, Truncation } from '../answers/answer-format.js';
import { isObject } from '../util/is-object.js';
import {
  type AnswerChoice,
  type AnswerChunk,
  contentOf,
  deltaOf,
  reasoningOf,
  refusalOf,
  usageOfChunk,
} from './answer-chunk.js';
import { meaningOf } from './finish-reason.js';

/** Whether a value is a chunk. */
export function isChunk(value: unknown): boolean {
  return Array.isArray((value as Partial<AnswerChunk> | null | undefined)?.choices);
}

const readers: Readonly<Record<TextKind, (choice: AnswerChoice) => string>> = {
  text: contentOf,
  reasoning: reasoningOf,
  refusal: refusalOf,
};

/** Creates what reads one kind of text of one choice. */
export function createChunkReader(kind: TextKind, choice: number): (chunk: AnswerChunk) => string {
  // Nearly every stream reads the first choice, and a reader holds nothing of its stream.
  return choice === 0 ? (firstReaders[kind] ??= readerOf(kind, 0)) : readerOf(kind, choice);
}

const firstReaders: Partial<Record<TextKind, (chunk: AnswerChunk) => string>> = {};

function readerOf(kind: TextKind, choice: number): (chunk: AnswerChunk) => string {
  const read = readers[kind];
  return (chunk) => {
    let piece = '';
    for (const entry of chunk.choices) {
      if (entry.index === choice) {
        piece += read(entry);
      }
    }
    return piece;
  };
}

/** Whether a chunk has content, reasoning or a refusal. */
export function chunkHoldsText({ choices }: AnswerChunk): boolean {
  return choices.some(
    (choice: AnswerChoice) => isObject(choice) && contentOf(choice) + reasoningOf(choice) + refusalOf(choice) !== '',
  );
}

/**
 * Whether a chunk holds part of the answer: text as in {@link chunkHoldsText}, or part of a tool call. A role, a finish
 * reason or usage alone does not count.
 */
export function chunkHoldsAnswer(chunk: AnswerChunk): boolean {
  return (
    chunkHoldsText(chunk) ||
    chunk.choices.some((choice: AnswerChoice) => {
      const delta = isObject(choice) ? deltaOf(choice) : undefined;
      return Boolean(delta?.tool_calls?.length) || Boolean(delta?.function_call);
    })
  );
}

/** Returns why the first choice of a chunk that was cut was. For a failure of the server the client has its own error. */
export function truncationOfChunk({ choices }: AnswerChunk): Truncation | undefined {
  for (const { finish_reason: reason } of choices) {
    const cut = reason ? meaningOf(reason) : undefined;
    if (reason && (cut === 'length' || cut === 'filter')) {
      return { cut, reason, limit: 'max_completion_tokens or max_tokens' };
    }
  }
  return undefined;
}

/** Returns a chunk with one choice alone. Chunks without choices, and the usage beside other choices, are kept. */
export function selectChoiceOfChunk(chunk: AnswerChunk, choice: number): AnswerChunk | undefined {
  const choices: readonly AnswerChoice[] = chunk.choices;
  const entries = choices.filter(({ index }) => index === choice);
  if (entries.length === choices.length && choice === 0) {
    return chunk;
  }
  return entries.length > 0 || choices.length === 0 || usageOfChunk(chunk) !== undefined
    ? { ...chunk, choices: entries.map((entry) => ({ ...entry, index: 0 })) }
    : undefined;
}
