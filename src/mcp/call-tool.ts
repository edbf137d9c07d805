import { map, Observable } from 'rxjs';
import { fieldOf } from '../util/field-of.js';
import type { McpClient, McpRequestOptions, McpToolCall } from './mcp-client.js';
import { sendRequest } from './send-request.js';

/**
 * Calls a tool. Emits each progress notification, and at the end the text of the result; a result that is an error is one.
 * Unsubscribing cancels the call.
 */
export function callTool(client: McpClient, call: McpToolCall, timeout: number): Observable<unknown> {
  return new Observable((subscriber) =>
    sendRequest((signal) =>
      send(client, call, { signal, timeout, onprogress: (progress) => subscriber.next(progress) }),
    )
      .pipe(map(readResult))
      .subscribe(subscriber),
  );
}

/** `callTool` of `@modelcontextprotocol/client`, which follows `@modelcontextprotocol/sdk`, takes no schema. */
function send(client: McpClient, call: McpToolCall, options: McpRequestOptions): Promise<unknown> {
  return client.callTool.length === 2 ? client.callTool(call, options) : client.callTool(call, undefined, options);
}

function readResult(result: unknown): string {
  const text = textOf(result);
  if (fieldOf(result, 'isError') === true) {
    throw new Error(text === '' ? 'The tool failed' : text);
  }
  return text;
}

/** Joins the text parts of a result by a line feed; other parts are written as JSON. */
function textOf(result: unknown): string {
  const content = fieldOf(result, 'content');
  if (Array.isArray(content) && content.length > 0) {
    return content.map(partText).join('\n');
  }
  // It repeats what the content says, where there is any.
  const structured = fieldOf(result, 'structuredContent');
  return structured === undefined ? '' : JSON.stringify(structured);
}

function partText(part: unknown): string {
  const text = fieldOf(part, 'text');
  return fieldOf(part, 'type') === 'text' && typeof text === 'string' ? text : JSON.stringify(part);
}
