import { isObject } from '../../util/is-object.js';
import type { LocalModelRequest, LocalTool } from '../local-model.js';

type Fields = Readonly<Record<string, unknown>>;

/** Reads the tools that a body of chat or of responses lets a model call. Entries of another shape are left out. */
export function readTools({ tools, tool_choice: choice }: Fields): Pick<LocalModelRequest, 'tools' | 'mustCall'> {
  const offered = toList(tools).flatMap(toTool);
  if (!isObject(choice)) {
    return { tools: choice === 'none' ? [] : offered, mustCall: choice === 'required' };
  }
  const { type, mode, tools: allowed, name } = flatten(choice);
  const isSet = type === 'allowed_tools';
  const names = isSet ? toList(allowed).map((entry) => entry['name']) : [name];
  return { tools: offered.filter((tool) => names.includes(tool.name)), mustCall: !isSet || mode === 'required' };
}

function toTool({ type, name, description, parameters }: Fields): readonly LocalTool[] {
  if ((type !== 'function' && type !== 'custom') || typeof name !== 'string') {
    return [];
  }
  return [
    {
      type,
      name,
      ...(typeof description === 'string' && { description }),
      ...(isObject(parameters) && { parameters }),
    },
  ];
}

function toList(value: unknown): readonly Fields[] {
  return (Array.isArray(value) ? (value as readonly unknown[]) : []).filter(isObject).map(flatten);
}

/** Lifts the fields that chat nests under the type of an entry; responses have them beside it. */
function flatten(entry: Fields): Fields {
  const nested = entry[String(entry['type'])];
  return isObject(nested) ? { ...entry, ...nested } : entry;
}
