import type { ChatCompletionRequest } from '../schemas/chat-completion-request.js';
import type { CompletionRequest } from '../schemas/completion.js';
import type { EmbeddingsRequest } from '../schemas/embeddings.js';
import type { ModerationsRequest } from '../schemas/moderations.js';
import type { ResponseRequest } from '../schemas/response-request.js';
import { isObject } from '../util/is-object.js';
import { isStreamId } from '../util/is-stream-id.js';

/**
 * Checks a request to `/chat/completions`.
 *
 * @throws {TypeError} Naming the field that is missing or invalid.
 */
export function checkChatRequest(request: ChatCompletionRequest): void {
  checkModel(request, 'chat()');
  checkStream(request, 'chat()');
  const messages: unknown = request.messages;
  if (!Array.isArray(messages) || messages.length === 0) {
    throw new TypeError("chat() needs messages: a list such as [{ role: 'user', content: 'Hello' }]");
  }
  messages.forEach((message: unknown, place) => {
    if (!isObject(message) || typeof message['role'] !== 'string') {
      throw new TypeError(`chat() needs messages[${place}] to be an object with a role, such as 'user'`);
    }
  });
}

/**
 * Checks a request to `/completions`.
 *
 * @throws {TypeError} Naming the field that is missing or invalid.
 */
export function checkCompletionRequest(request: CompletionRequest): void {
  checkModel(request, 'completions()');
  checkStream(request, 'completions()');
  const prompt: unknown = request.prompt;
  if (!(typeof prompt === 'string' || (Array.isArray(prompt) && prompt.length > 0))) {
    throw new TypeError('completions() needs prompt: a text, or a list of texts or token ids');
  }
}

/**
 * Checks the options of `resumeResponse`, but not those that every request has.
 *
 * @throws {TypeError} When they are no object, or `after` is not a whole number, 0 or more.
 */
export function checkAfter(options: unknown, where = 'resumeResponse()', example = 'after: 3'): void {
  if (!isObject(options)) {
    throw new TypeError(`${where} takes its options as an object, such as { ${example} }`);
  }
  const { after } = options;
  if (after !== undefined && !(Number.isSafeInteger(after) && Number(after) >= 0)) {
    throw new TypeError(`${where} takes after as the number of an event: a whole number, 0 or more`);
  }
}

/**
 * Checks a request to `/responses`.
 *
 * @throws {TypeError} Naming the field that is invalid.
 */
export function checkResponseRequest(request: ResponseRequest): void {
  checkObject(request, 'responses()');
  checkStream(request, 'responses()');
  const { model, input, messages }: Readonly<Record<string, unknown>> = request;
  if (input === undefined && messages !== undefined) {
    throw new TypeError('responses() takes input instead of messages: a text, or a list of items');
  }
  if (model !== undefined && typeof model !== 'string') {
    throw new TypeError('responses() takes model as a text: the name of a model, such as one from models()');
  }
  if (input !== undefined && typeof input !== 'string' && !Array.isArray(input)) {
    throw new TypeError('responses() takes input as a text, or as a list of items');
  }
}

/**
 * Checks a request to `/embeddings`.
 *
 * @throws {TypeError} Naming the field that is missing or invalid.
 */
export function checkEmbeddingsRequest(request: EmbeddingsRequest): void {
  checkModel(request, 'embeddings()');
  checkInput(request.input, 'embeddings()', 'a text, a list of texts, or token ids', ['string', 'number', 'object']);
}

/**
 * Checks a request to `/moderations`.
 *
 * @throws {TypeError} Naming the field that is missing or invalid.
 */
export function checkModerationsRequest(request: ModerationsRequest): void {
  checkObject(request, 'moderations()');
  const model: unknown = request.model;
  if (model !== undefined) {
    checkModel(request, 'moderations()');
  }
  checkInput(request.input, 'moderations()', 'a text, or a list of texts or content parts', ['string', 'object']);
}

/** Checks an input. An empty text is left to the server, since some take it. */
function checkInput(input: unknown, where: string, allowed: string, types: readonly string[]): void {
  const items: readonly unknown[] = Array.isArray(input) ? input : typeof input === 'string' ? [input] : [];
  if (items.length === 0) {
    throw new TypeError(`${where} needs input: ${allowed}`);
  }
  const wrong = items.findIndex((item) => item === null || !types.includes(typeof item));
  if (wrong !== -1) {
    throw new TypeError(`${where} needs input: ${allowed}; input[${wrong}] is not one of these`);
  }
}

/**
 * Checks the id of a response, and returns it.
 *
 * @throws {TypeError} When it is not a string, or empty.
 */
export function checkResponseId(id: unknown, where: string): string {
  if (typeof id !== 'string' || id === '') {
    throw new TypeError(`${where} needs the id of a response: a text such as 'resp_123'`);
  }
  return id;
}

/**
 * Checks what `resumeStream` takes, and returns the options.
 *
 * @throws {TypeError} When the id cannot be one of a stream, or an option is invalid.
 */
export function checkStreamOptions<Options extends { readonly api: string }>(id: unknown, options: Options): Options {
  if (!isStreamId(id)) {
    throw new TypeError('resumeStream() needs the id of a stream: the streamId that onResponse or an error tells');
  }
  checkAfter(options, 'resumeStream()', "api: 'chat'");
  if (options.api !== 'chat' && options.api !== 'responses') {
    throw new TypeError("resumeStream() needs api: 'chat' or 'responses', the method whose stream it is");
  }
  return options;
}

/** Whether a request asks for one answer, so that all choices are parts of it, however the server numbers them. */
export function asksForOne({ n, prompt = '' }: { readonly n?: unknown; readonly prompt?: unknown }): boolean {
  return !(Number(n) > 1) && typeof prompt === 'string';
}

function checkObject(request: unknown, where: string): asserts request is Record<string, unknown> {
  if (!isObject(request)) {
    throw new TypeError(`${where} takes a request object`);
  }
}

function checkModel(request: unknown, where: string): void {
  checkObject(request, where);
  const { model } = request;
  if (typeof model !== 'string' || model === '') {
    throw new TypeError(`${where} needs model: the name of a model, such as one from models()`);
  }
}

function checkStream({ stream = true }: { readonly stream?: unknown }, where: string): void {
  if (stream !== true) {
    throw new TypeError(
      `${where} always requests a stream: leave stream out, and use toMessage() for the whole message`,
    );
  }
}
