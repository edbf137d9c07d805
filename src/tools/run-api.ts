import type { Observable } from 'rxjs';
import type { Client } from '../client/create-client.js';
import type { AnswerValue } from '../formats/answer-formats.js';
import type { Message, ToolCall } from '../schemas/message.js';
import { isObject } from '../util/is-object.js';
import type { RunnableTool } from './tool.js';

/** How tools run over one API of the client. A run knows nothing else about an API. */
export interface RunApi<Request, Item> {
  /** The method of the client that requests an answer. */
  readonly method: keyof Client;
  /** @throws TypeError for a request that the client would refuse. */
  checkRequest(request: Request): void;
  /** Returns the names of the tools that a request declares by itself. */
  namesIn(request: Request): readonly string[];
  /** Returns the first request of a run: with these tools besides its own. */
  begin(request: Request, tools: readonly RunnableTool[]): Request;
  /** Requests an answer. */
  ask(client: Client, request: Request): Observable<AnswerValue>;
  /** Creates the item that tells the model how a call ended. */
  answerTo(call: ToolCall, content: string): Item;
  /** Whether an answer of the model waits for more than the results of its calls: no request may follow without that. */
  isWaiting(message: Message): boolean;
  /** Returns all that has to be sent after an answer of the model, the answers to its calls included. */
  historyAfter(request: Request, message: Message, answers: readonly Item[]): readonly Item[];
  /** Returns the request that follows an answer of the model. */
  follow(request: Request, message: Message, history: readonly Item[]): Request;
}

/** Returns a request whose `tool_choice` no longer forces a call: the model could never end the run. */
export function withFreeChoice<Request extends { readonly tool_choice?: unknown }>(request: Request): Request {
  const { tool_choice: choice, ...others } = request;
  if (isObject(choice)) {
    return (choice['type'] === 'allowed_tools' ? { ...others, tool_choice: relaxed(choice) } : others) as Request;
  }
  // `any` is the word of Mistral.
  return choice === 'required' || choice === 'any' ? (others as Request) : request;
}

/** Keeps the list of the tools that are allowed. Its form is another in each API. */
function relaxed(choice: Readonly<Record<string, unknown>>): object {
  const { allowed_tools: allowed } = choice;
  return isObject(allowed) ? { ...choice, allowed_tools: { ...allowed, mode: 'auto' } } : { ...choice, mode: 'auto' };
}
