import { isObject } from '../../util/is-object.js';
import { parseJson } from '../../util/parse-json.js';
import { messageText, type LocalMessage } from '../local-model.js';
import { markdownBlocks } from './read-passages.js';
import { shorten } from './shorten.js';

const introduction = 'I am not a language model: I quote what the tools answered.';

/** Returns the answers of tools to the last question. */
export function resultsIn(messages: readonly LocalMessage[]): readonly LocalMessage[] {
  const start = messages.map(({ role }) => role).lastIndexOf('user');
  return messages.slice(start + 1).filter(({ role }) => role === 'tool');
}

/** Quotes what tools answered to the last question; `undefined` if they answered nothing. */
export function quoteResults(messages: readonly LocalMessage[]): string | undefined {
  const results = resultsIn(messages);
  const names = new Map(messages.flatMap(callsOf));
  const quotes = results.map((result) => {
    const name = names.get(result['tool_call_id']) ?? 'The tool';
    return quoteResult(`**${name}**`, messageText(result));
  });
  return quotes.length === 0 ? undefined : [introduction, ...quotes].join('\n\n');
}

/** Lists the calls of a message by id, with the names of their tools. */
function callsOf({ tool_calls: calls }: LocalMessage): readonly (readonly [unknown, string])[] {
  return (Array.isArray(calls) ? (calls as readonly unknown[]) : []).filter(isObject).map((call) => {
    const called = call['function'] ?? call['custom'];
    return [call['id'], isObject(called) ? String(called['name']) : ''];
  });
}

function quoteResult(name: string, result: string): string {
  const parsed = parseJson(result);
  const value = typeof parsed === 'object' || typeof parsed === 'string' ? parsed : result;
  const failure = failureIn(value);
  const text = toText(failure ?? value);
  if (value === null || text.trim() === '') {
    return `${name} found nothing.`;
  }
  const blocks = markdownBlocks(text).map((block) =>
    block.type === 'heading' ? { type: 'prose' as const, text: `${'#'.repeat(block.depth)} ${block.text}` } : block,
  );
  return `${name}${failure === undefined ? '' : ' failed.'}\n\n${shorten(blocks, '(The rest is left out.)')}`;
}

/** Finds out what went wrong, as far as a result shows it: a model gets no other sign of a call that failed. */
function failureIn(value: unknown): unknown {
  if (isObject(value)) {
    const { error } = value;
    return error === null || error === false || error === '' ? undefined : error;
  }
  return typeof value === 'string' && /^\s*(?:\w*Error|Failed|Failure)\b/iu.test(value) ? value : undefined;
}

/** Writes a result as text: the items of a list as paragraphs, the fields of an object as lines. */
function toText(value: unknown): string {
  if (Array.isArray(value)) {
    return value.map(toText).join('\n\n');
  }
  if (isObject(value)) {
    return Object.entries(value)
      .map(([key, field]) => `${key}: ${writeValue(field)}`)
      .join('\n');
  }
  return writeValue(value);
}

function writeValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
