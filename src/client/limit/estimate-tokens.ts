import type { TransportRequest } from '../../transport/transport.js';
import { isObject } from '../../util/is-object.js';
import { parseJson } from '../../util/parse-json.js';

const charactersPerToken = 4;
const tokensPerFile = 1000;

/**
 * Estimates the tokens of a request and its answer: a quarter of the characters of its text, 1,000 for each image, recording
 * or file, and what it asks for at most, for each of its answers.
 */
export function estimateTokens({ body }: TransportRequest): number {
  const request = parseJson(typeof body === 'string' ? body : new TextDecoder().decode(body));
  if (!isObject(request)) {
    return 0;
  }
  const { messages, input, instructions, prompt, n, max_completion_tokens, max_tokens, max_output_tokens } = request;
  const maximum = [max_completion_tokens, max_tokens, max_output_tokens].find((each) => typeof each === 'number') ?? 0;
  const answers = typeof n === 'number' ? n : 1;
  return Math.ceil(tokensIn([messages, input, instructions, prompt]) + answers * maximum);
}

/** Data of images and the like is not text, however long it is. */
const fileType = /^(?:input_|output_)?(?:image|audio|video|file)(?:_url)?$/u;
const textFields = ['text', 'content', 'refusal', 'output', 'arguments', 'function', 'tool_calls'];

function tokensIn(value: unknown): number {
  if (typeof value === 'string') {
    return value.length / charactersPerToken;
  }
  if (Array.isArray(value)) {
    return value.reduce((sum: number, item) => sum + tokensIn(item), 0);
  }
  if (isObject(value)) {
    const isFile = typeof value['type'] === 'string' && fileType.test(value['type']);
    return isFile ? tokensPerFile : tokensIn(textFields.map((field) => value[field]));
  }
  // A prompt may be a list of token ids.
  return typeof value === 'number' ? 1 : 0;
}
