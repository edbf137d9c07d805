import { parseJson } from '../util/parse-json.js';

/** Stands for the end mark of a chat or completions stream. */
export const done = Symbol('[DONE]');

/**
 * What an event's data holds: JSON documents, and {@link done} for `[DONE]`. Empty for data that only keeps the connection
 * alive; `undefined` for data that is not JSON, or nests absurdly deep. Usually one document: servers that forget the blank line between two
 * events put several into one, a line each.
 */
export function parseEventData(data: string): readonly unknown[] | undefined {
  return readDocument(data) ?? (data.includes('\n') ? readLines(data.split('\n')) : undefined);
}

function readLines(lines: readonly string[]): readonly unknown[] | undefined {
  const documents: unknown[] = [];
  for (const line of lines) {
    const document = readDocument(line);
    if (document === undefined) {
      return undefined;
    }
    documents.push(...document);
  }
  return documents;
}

function readDocument(text: string): readonly unknown[] | undefined {
  if (text.startsWith('{')) {
    return parse(text);
  }
  // Some servers add white space to the end mark, and some send their keep-alive comments as data.
  const trimmed = text.trim();
  if (trimmed === '[DONE]') {
    return [done];
  }
  return trimmed === '' || trimmed === 'null' || trimmed.startsWith(':') ? [] : parse(trimmed);
}

function parse(text: string): readonly unknown[] | undefined {
  const document = parseJson(text);
  return document === undefined ? undefined : [document];
}
