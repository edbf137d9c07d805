import type { ToolCallDelta } from '../../schemas/chat-completion-chunk.js';
import { isObject } from '../../util/is-object.js';
import type { LocalModelRequest, LocalTool } from '../local-model.js';
import { resultsIn } from './quote-results.js';

/**
 * Decides whether to call a tool: one that searches, until it has answered the last question; if the request asks for a call,
 * always, and then any tool.
 */
export function decideCall({ tools, mustCall, messages, prompt }: LocalModelRequest): ToolCallDelta | undefined {
  const question = prompt.trim();
  const fitting =
    tools.find((tool) => searches(tool, /(?:^|[_-])search_?docs$/iu)) ?? tools.find((tool) => searches(tool));
  const tool = mustCall ? (fitting ?? tools[0]) : fitting;
  if (tool === undefined || (!mustCall && (question === '' || resultsIn(messages).length > 0))) {
    return undefined;
  }
  const { type, name, parameters = {} } = tool;
  return type === 'custom'
    ? { type, custom: { name, input: question } }
    : { type, function: { name, arguments: argumentsFor(parameters, question) } };
}

/** Whether a tool searches by a text, `query`, as its name says: `search_docs` or `search`, perhaps with a prefix. */
function searches({ name, parameters }: LocalTool, pattern = /(?:^|[_-])search(?:_?docs)?$/iu): boolean {
  const properties = parameters?.['properties'];
  return pattern.test(name) && isObject(properties) && typesOf(properties['query']).includes('string');
}

/** Makes arguments for a call: `query` and the properties that a schema requires. */
function argumentsFor({ properties, required }: Readonly<Record<string, unknown>>, question: string): object {
  const known: Readonly<Record<string, unknown>> = isObject(properties) ? properties : {};
  const names = Array.isArray(required) ? required.map(String) : [];
  const values = names.map((name) => [name, valueFor(known[name], question)] as const);
  return Object.fromEntries(typesOf(known['query']).includes('string') ? [...values, ['query', question]] : values);
}

/** Makes a value that a schema admits: null or the first of a list if possible, the question for any other text. */
function valueFor(schema: unknown, question: string): unknown {
  const fields = isObject(schema) ? schema : {};
  const [alternative] = alternativesOf(fields);
  if (fields['const'] !== undefined) {
    return fields['const'];
  }
  if (Array.isArray(fields['enum'])) {
    return fields['enum'][0];
  }
  const types = typesOf(fields);
  if (types.includes('null')) {
    return null;
  }
  if (alternative !== undefined) {
    return valueFor(alternative, question);
  }
  switch (types[0]) {
    case 'object':
      return argumentsFor(fields, question);
    case 'array':
      return [];
    case 'number':
    case 'integer':
      return fields['minimum'] ?? 0;
    case 'boolean':
      return false;
    default:
      return question;
  }
}

function typesOf(schema: unknown): readonly unknown[] {
  return isObject(schema) ? [schema['type'], ...alternativesOf(schema).map(({ type }) => type)].flat() : [];
}

function alternativesOf({ anyOf, oneOf }: Readonly<Record<string, unknown>>): readonly Record<string, unknown>[] {
  return [anyOf, oneOf].flat().filter(isObject);
}
