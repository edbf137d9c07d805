import type { AnswerDraft } from '../answers/answer-format.js';
import { emptyMessage } from '../answers/empty-message.js';
import { readUsage } from '../answers/usage.js';
import type { TokenLogprob } from '../schemas/chat-completion-chunk.js';
import type { ResponseEvent } from '../schemas/response-event.js';
import type { ResponseObject, ResponseOutputItem } from '../schemas/response-object.js';
import { freezeDeep } from '../util/freeze-deep.js';
import { type Ending, endingOf, responseOf } from './ending.js';
import { GrowingCalls } from './growing-calls.js';
import { TextParts } from './text-parts.js';
import { ResponseTextReader } from './text-reader.js';
import { type Source, visitDelta, visitItem } from './texts.js';
import { ToldTexts } from './told-texts.js';
import { reasonOf } from './truncation.js';

/** What a message holds before its response has begun. The optional fields are named, to be taken from an earlier one. */
const nothingKnown = { ...emptyMessage, usage: undefined, logprobs: undefined };

/** The message of one response. The output of the event that ends it counts above all that came before. */
export class ResponseDraft implements AnswerDraft<ResponseEvent> {
  readonly message: AnswerDraft<ResponseEvent>['message'] = { ...emptyMessage };
  private readonly maxCalls: number;
  private texts = new TextParts();
  private refusals = new TextParts();
  private calls: GrowingCalls;
  private readonly told = new ToldTexts();
  private readonly reasoning = new ResponseTextReader('reasoning');
  /** The items that the server has finished. */
  private readonly done = new Map<number, ResponseOutputItem>();
  private readonly logprobs: TokenLogprob[] = [];
  /** The output as the event told that ended the response. */
  private whole: readonly ResponseOutputItem[] | undefined;
  private ending: Ending | undefined;

  /** @param maxCalls How many calls there may be; one more is a `LimitError`. */
  constructor(maxCalls: number) {
    this.maxCalls = maxCalls;
    this.calls = new GrowingCalls(maxCalls);
  }

  add(event: ResponseEvent): void {
    if (event.type === 'response.created') {
      this.begin();
    }
    visitDelta(event, this.append);
    this.told.visit(event, this.lengthOf, this.replace);
    this.calls.add(event);
    const { message } = this;
    message.content = this.texts.joined;
    message.refusal = this.refusals.joined;
    message.reasoning += this.reasoning.read(event);
    if (event.type === 'response.output_text.delta') {
      this.addLogprobs(event.logprobs);
    } else if (event.type === 'response.output_item.done') {
      this.done.set(event.output_index, freezeDeep(event.item));
    }
    const response = responseOf(event);
    if (response !== undefined) {
      this.addResponse(response, endingOf(event));
    }
  }

  settle(): void {
    const { message } = this;
    message.toolCalls = this.calls.view(this.ending === 'completed');
    if (this.ending !== undefined && this.logprobs.length !== (message.logprobs?.length ?? 0)) {
      message.logprobs = Object.freeze([...this.logprobs]);
    }
  }

  output(): readonly ResponseOutputItem[] {
    return this.whole ?? Object.freeze([...this.done].sort(([one], [other]) => one - other).map(([, item]) => item));
  }

  /** Begins the message once more: a response begins with this event. */
  private begin(): void {
    this.texts = new TextParts();
    this.refusals = new TextParts();
    this.calls = new GrowingCalls(this.maxCalls);
    this.done.clear();
    this.told.clear();
    this.logprobs.length = 0;
    this.whole = undefined;
    this.ending = undefined;
    Object.assign(this.message, nothingKnown);
  }

  private addResponse(response: ResponseObject, ending: Ending | undefined): void {
    const { message } = this;
    const ended = ending !== undefined;
    message.id = ended ? response.id || message.id : (message.id ?? (response.id || undefined));
    message.model = ended ? response.model || message.model : (message.model ?? (response.model || undefined));
    const usage = readUsage(response.usage);
    if (usage !== undefined) {
      message.usage = freezeDeep(usage);
    }
    if (ended) {
      this.end(response, ending);
    }
  }

  private end(response: ResponseObject, ending: Ending): void {
    const { message } = this;
    this.ending = ending;
    const output = response.output ?? [];
    // The router of SGLang ends a response that calls functions with an empty message.
    if (ending === 'completed' && !this.calls.areIn(output)) {
      this.whole = this.calls.areIn(this.output()) ? undefined : Object.freeze([]);
    } else if (output.length > 0) {
      const whole = freezeDeep(output);
      this.whole = whole;
      this.texts = new TextParts();
      this.refusals = new TextParts();
      this.calls = new GrowingCalls(this.maxCalls);
      whole.forEach((item, index) => {
        visitItem(item, index, this.append);
        this.calls.addItem(item, index);
      });
      message.content = this.texts.joined;
      message.refusal = this.refusals.joined;
    }
    const items = this.output();
    message.reasoning = items.map(reasoningOf).filter(Boolean).join('\n\n') || message.reasoning;
    const told = items.flatMap(logprobsOf);
    if (told.length > 0) {
      this.logprobs.length = 0;
      this.addLogprobs(told);
    }
    if (ending === 'completed') {
      message.finishReason = this.calls.view(true).length > 0 ? 'tool_calls' : 'stop';
    } else if (ending === 'incomplete') {
      message.finishReason = reasonOf(response) === 'max_output_tokens' ? 'length' : reasonOf(response);
    }
  }

  private readonly append = (source: Source, output: number, part: number, text: string): void => {
    if (source === 'text' || source === 'refusal') {
      (source === 'text' ? this.texts : this.refusals).append(output, part, text);
    }
  };

  private readonly lengthOf = (source: Source): number =>
    (source === 'text' ? this.texts : this.refusals).joined.length;

  private readonly replace = (source: Source, output: number, part: number, text: string, isTold: boolean): void => {
    if (text !== '' && (source === 'text' || source === 'refusal')) {
      const texts = source === 'text' ? this.texts : this.refusals;
      if (!isTold || texts.has(output, part)) {
        texts.replace(output, part, text);
      }
    }
  };

  private addLogprobs(list: readonly TokenLogprob[] | null | undefined): void {
    for (const item of list ?? []) {
      this.logprobs.push(freezeDeep(item));
    }
  }
}

function reasoningOf(item: ResponseOutputItem): string {
  const texts: Record<Source, string[]> = { text: [], refusal: [], summary: [], thought: [] };
  visitItem(item, 0, (source, _output, _part, text) => text !== '' && texts[source].push(text));
  return (texts.summary.length > 0 ? texts.summary : texts.thought).join('\n\n');
}

function logprobsOf(item: ResponseOutputItem): readonly TokenLogprob[] {
  const parts = item.type === 'message' ? item.content : [];
  return parts.flatMap((part) => (part.type === 'output_text' ? (part.logprobs ?? []) : []));
}
