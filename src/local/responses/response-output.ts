import type { ToolCallDelta } from '../../schemas/chat-completion-chunk.js';
import type { ResponseOutputItem } from '../../schemas/response-object.js';
import { isObject } from '../../util/is-object.js';
import { parseJson } from '../../util/parse-json.js';
import type { GenerationPiece } from '../answers/generation.js';
import { argumentsOf } from '../answers/to-pieces.js';
import { createId } from '../create-id.js';

/** An event of a response's stream, without its number. */
export interface UnnumberedEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** Whether an item is whole: it is `incomplete` where the answer was cut. */
type ItemStatus = 'completed' | 'incomplete';

/** The items of one response as they grow. */
export interface ResponseOutput {
  add(piece: GenerationPiece): void;
  /** Ends the items that are still open, and returns all of them. */
  finish(status: ItemStatus): readonly ResponseOutputItem[];
}

/** An item to which pieces may still be added. */
interface OpenItem {
  /** Whether it ends where the next item begins. */
  endsWithNext(): boolean;
  end(status: ItemStatus): void;
}

interface OpenText extends OpenItem {
  readonly type: 'message' | 'reasoning';
  add(kind: TextKind, text: string): void;
}

interface OpenCall extends OpenItem {
  add(text: string): void;
}

type Emit = (event: UnnumberedEvent) => void;

/**
 * Creates the output of one response from the pieces of a generation: text and refusals become the parts of a message,
 * reasoning and each call an item of its own. Emits the events that tell a reader of each step.
 *
 * An item ends where the next one begins, except for a call whose arguments are not whole: a model may emit the parts of
 * several calls by turns.
 */
export function createOutput(emit: Emit): ResponseOutput {
  const items: ResponseOutputItem[] = [];
  const calls = new Map<number, OpenCall>();
  let open: OpenItem[] = [];
  let text: OpenText | undefined;

  const endItems = (status: ItemStatus, ends: (item: OpenItem) => boolean): void => {
    const ending = open.filter(ends);
    open = open.filter((item) => !ending.includes(item));
    ending.forEach((item) => item.end(status));
  };
  const begin = <Item extends OpenItem>(create: (index: number) => Item): Item => {
    endItems('completed', (item) => item.endsWithNext());
    text = undefined;
    const item = create(items.length);
    open.push(item);
    return item;
  };
  const put = (index: number, item: ResponseOutputItem): void => {
    items[index] = item;
  };
  const addText = (kind: TextKind, addition: unknown): void => {
    if (typeof addition === 'string' && addition !== '') {
      const type = kind === 'reasoning_text' ? 'reasoning' : 'message';
      text = text?.type === type ? text : begin((index) => openText(type, index, put, emit));
      text.add(kind, addition);
    }
  };
  const addCall = (key: number, call: ToolCallDelta): void => {
    let item = calls.get(key);
    if (item === undefined) {
      item = begin((index) => openCall(call, index, put, emit));
      calls.set(key, item);
    }
    item.add(call.custom ? (call.custom.input ?? '') : argumentsOf(call.function ?? {}));
  };

  return {
    add(piece) {
      if (piece.type === 'piece') {
        addText('output_text', piece.text);
        return;
      }
      const { content, reasoning_content, reasoning, refusal, tool_calls, function_call } = piece.delta;
      addText('reasoning_text', reasoning_content ?? reasoning);
      addText('output_text', content);
      addText('refusal', refusal);
      // Each call has an index by now.
      tool_calls?.forEach((call) => addCall(call.index ?? 0, call));
      if (function_call) {
        addCall(-1, { function: function_call });
      }
    },
    finish(status) {
      endItems(status, () => true);
      return items;
    },
  };
}

type Put = (index: number, item: ResponseOutputItem) => void;

type TextKind = 'output_text' | 'refusal' | 'reasoning_text';

/** Writes each kind of text part. */
const textParts = {
  output_text: (text: string) => ({ type: 'output_text' as const, text, annotations: [], logprobs: [] }),
  refusal: (refusal: string) => ({ type: 'refusal' as const, refusal }),
  reasoning_text: (text: string) => ({ type: 'reasoning_text' as const, text }),
};

/** Begins a message or a reasoning item. */
function openText(type: 'message' | 'reasoning', output_index: number, put: Put, emit: Emit): OpenText {
  const id = createId(type === 'message' ? 'msg_' : 'rs_');
  const content: ReturnType<(typeof textParts)[TextKind]>[] = [];
  let kind: TextKind | undefined;
  let text = '';

  const toItem = (status: string): ResponseOutputItem =>
    (type === 'message'
      ? { id, type, status, role: 'assistant', content: [...content] }
      : { id, type, status, summary: [], content: [...content] }) as ResponseOutputItem;
  const place = (): object => ({ item_id: id, output_index, content_index: content.length });
  // Of the texts only those of the model have log probabilities.
  const logprobs = (): object => (kind === 'output_text' ? { logprobs: [] } : {});
  const endPart = (): void => {
    if (kind !== undefined) {
      const part = textParts[kind](text);
      emit({
        type: `response.${kind}.done`,
        ...place(),
        ...('refusal' in part ? { refusal: text } : { text }),
        ...logprobs(),
      });
      emit({ type: 'response.content_part.done', ...place(), part });
      content.push(part);
      text = '';
    }
  };

  put(output_index, toItem('in_progress'));
  emit({ type: 'response.output_item.added', output_index, item: toItem('in_progress') });
  return {
    type,
    add(added, addition) {
      if (kind !== added) {
        endPart();
        kind = added;
        emit({ type: 'response.content_part.added', ...place(), part: textParts[added]('') });
      }
      text += addition;
      emit({ type: `response.${added}.delta`, ...place(), delta: addition, ...logprobs() });
    },
    endsWithNext: () => true,
    end(status) {
      endPart();
      put(output_index, toItem(status));
      emit({ type: 'response.output_item.done', output_index, item: toItem(status) });
    },
  };
}

/** Begins a call. Its text is added later, even if the delta that begins it has some. */
function openCall(
  { id, function: called, custom }: ToolCallDelta,
  output_index: number,
  put: Put,
  emit: Emit,
): OpenCall {
  const item_id = createId(custom ? 'ctc_' : 'fc_');
  const call = { call_id: id ?? createId('call_'), name: custom?.name ?? called?.name ?? '' };
  const event = custom ? 'response.custom_tool_call_input' : 'response.function_call_arguments';
  let text = '';

  const whole = (): object => (custom ? { input: text } : { arguments: text });
  const toItem = (status: string): ResponseOutputItem =>
    ({
      id: item_id,
      type: custom ? 'custom_tool_call' : 'function_call',
      status,
      ...call,
      ...whole(),
    }) as ResponseOutputItem;

  put(output_index, toItem('in_progress'));
  emit({ type: 'response.output_item.added', output_index, item: toItem('in_progress') });
  return {
    add(addition) {
      if (addition !== '') {
        text += addition;
        emit({ type: `${event}.delta`, item_id, output_index, delta: addition });
      }
    },
    endsWithNext: () => Boolean(custom) || isObject(parseJson(text)),
    end(status) {
      put(output_index, toItem(status));
      // The types of OpenAI's client have the name of a function here, and none for a custom tool.
      emit({ type: `${event}.done`, item_id, output_index, ...(custom ? {} : { name: call.name }), ...whole() });
      emit({ type: 'response.output_item.done', output_index, item: toItem(status) });
    },
  };
}
