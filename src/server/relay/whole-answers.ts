import { catchError, concat, defer, firstValueFrom, ignoreElements, type Observable, of, tap, throwError } from 'rxjs';
import { MessageBuilder } from '../../answers/message-builder.js';
import { usageOfChunk } from '../../chunks/answer-chunk.js';
import { ChunkDraft } from '../../chunks/chunk-draft.js';
import { toCallParam } from '../../chunks/to-message-param.js';
import { throwIfAborted } from '../../operators/throw-if-aborted.js';
import { endingOf, responseOf } from '../../responses/ending.js';
import type { ChatCompletionChunk } from '../../schemas/chat-completion-chunk.js';
import type { ChatCompletionRequest } from '../../schemas/chat-completion-request.js';
import type { Message } from '../../schemas/message.js';
import type { ResponseEvent } from '../../schemas/response-event.js';
import type { ResponseObject } from '../../schemas/response-object.js';
import type { ResponseRequest } from '../../schemas/response-request.js';
import { withToldError } from '../error-event.js';
import type { RelaySettings } from './relay-config.js';
import type { RelayedRequest } from './relayed-request.js';

/** Answers with one JSON document once the answer is whole, for a caller that wants no stream. */
export async function answerWhole(
  { form, body, signal }: RelayedRequest,
  { client }: RelaySettings,
): Promise<Response> {
  const whole = defer((): Observable<object> =>
    form === 'responses'
      ? toWholeResponse(client.responses(body as ResponseRequest))
      : toCompletion(client.chat(body as ChatCompletionRequest)),
  );
  return Response.json(await firstValueFrom(whole.pipe(throwIfAborted(signal))));
}

/** Emits the `chat.completion` that chunks add up to. */
function toCompletion(chunks: Observable<ChatCompletionChunk>): Observable<object> {
  return defer(() => {
    const completion = new Completion();
    const added = chunks.pipe(
      tap((chunk) => completion.add(chunk)),
      ignoreElements(),
    );
    return concat(
      added,
      defer(() => of(completion.finish())),
    );
  });
}

/** Emits the response that the last event of a stream tells, also one that failed. */
function toWholeResponse(events: Observable<ResponseEvent>): Observable<object> {
  return defer(() => {
    let response: ResponseObject | undefined;
    const ended = events.pipe(
      tap((event) => {
        response = endingOf(event) === undefined ? response : responseOf(event);
      }),
      ignoreElements(),
    );
    return concat(
      ended,
      defer(() => of(response as object)),
    ).pipe(
      // An error follows a response that failed.
      catchError((error: unknown) =>
        response === undefined ? throwError(() => error) : of(withToldError(response, error)),
      ),
    );
  });
}

/** Fields of a chunk that are no part of the answer as a whole. */
const perChunk: ReadonlySet<string> = new Set(['choices', 'usage', 'object', 'obfuscation']);

class Completion {
  private readonly fields = new Map<string, unknown>();
  private readonly builders = new Map<number, MessageBuilder<ChatCompletionChunk>>();
  private usage: unknown;

  add(chunk: ChatCompletionChunk): void {
    for (const [name, value] of Object.entries(chunk)) {
      if (!perChunk.has(name) && value !== undefined && value !== null) {
        this.fields.set(name, value);
      }
    }
    new Set(chunk.choices.map(({ index }) => index)).forEach((index) => this.builderOf(index).add(chunk));
    this.usage = usageOfChunk(chunk)?.raw ?? this.usage;
  }

  finish(): object {
    const { id = '', created = 0, model = '', ...further } = Object.fromEntries(this.fields);
    const choices = [...this.builders]
      .sort(([one], [other]) => one - other)
      .map(([index, builder]) => ({ index, ...toChoice(builder.finish()) }));
    const usage = this.usage === undefined ? {} : { usage: this.usage };
    return { id, object: 'chat.completion', created, model, choices, ...usage, ...further };
  }

  private builderOf(choice: number): MessageBuilder<ChatCompletionChunk> {
    const known = this.builders.get(choice);
    if (known !== undefined) {
      return known;
    }
    // The client has checked the number of calls.
    const draft = new ChunkDraft({ choice, toolCalls: Infinity });
    const builder = new MessageBuilder<ChatCompletionChunk>(() => draft);
    this.builders.set(choice, builder);
    return builder;
  }
}

function toChoice(message: Message): object {
  const { role, content, reasoning, reasoningKey, refusal, toolCalls, functionCall, finishReason, extra } = message;
  const isCalling = toolCalls.length > 0 || functionCall !== undefined;
  return {
    message: {
      ...extra,
      role,
      content: content === '' && (isCalling || refusal !== '') ? null : content,
      refusal: refusal || null,
      ...(reasoning !== '' && { [reasoningKey ?? 'reasoning_content']: reasoning }),
      ...(toolCalls.length > 0 && { tool_calls: toolCalls.map((call) => toCallParam(call)) }),
      ...(functionCall !== undefined && { function_call: functionCall }),
    },
    logprobs: toLogprobs(message),
    finish_reason: finishReason ?? (toolCalls.length > 0 ? 'tool_calls' : 'stop'),
  };
}

/** A choice is a text or a refusal. */
function toLogprobs({ logprobs, content, refusal }: Message): object | null {
  if (logprobs === undefined) {
    return null;
  }
  return content === '' && refusal !== '' ? { content: null, refusal: logprobs } : { content: logprobs, refusal: null };
}
