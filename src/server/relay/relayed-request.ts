import { checkChatRequest, checkResponseRequest } from '../../client/check-request.js';
import type { ChatCompletionRequest } from '../../schemas/chat-completion-request.js';
import { isObject } from '../../util/is-object.js';
import type { StreamForm } from '../error-event.js';
import { checkReach } from './check-reach.js';
import { checkModel } from './models.js';
import { Refusal } from './refusal.js';
import type { RelayedBody, RelaySession, RelaySettings } from './relay-config.js';

/** A request for an answer of a model that has passed all checks. */
export interface RelayedRequest {
  readonly form: StreamForm;
  /** What is sent upstream. */
  readonly body: RelayedBody;
  readonly session: RelaySession;
  /** Whether the caller asked for chunks with token counts; the client always does. */
  readonly wantsUsage: boolean;
  /** Aborted when the caller leaves. */
  readonly signal: AbortSignal;
}

/** What a caller sends. */
export type Body = Readonly<Record<string, unknown>>;

/**
 * Checks a body, and returns it as it is sent upstream.
 *
 * @throws {Refusal} 400 or 404 naming the field.
 * @throws TypeError if `prepare` returns what cannot be sent.
 */
export function prepareBody(form: StreamForm, body: Body, session: RelaySession, settings: RelaySettings): RelayedBody {
  const { stream, stream_options: options, ...sent } = body;
  checkKind('stream', stream, typeof stream === 'boolean', 'true or false');
  checkKind('stream_options', options, isObject(options), 'an object');
  checkByClient(form, sent);
  checkModel(sent['model'], session, settings);
  checkReach(sent, settings.allow);
  const prepared: unknown = settings.prepare({ ...sent, ...ownFields(form, sent, options) }, session);
  if (!isObject(prepared) || 'then' in prepared) {
    throw new TypeError('prepare must return the body, and no Promise of it');
  }
  try {
    checksOf[form](prepared);
  } catch (cause) {
    throw new TypeError(`prepare must return a body that can be sent: ${(cause as TypeError).message}`, { cause });
  }
  return prepared as object as RelayedBody;
}

/** The client asks for token counts, which a caller that did not ask for is not sent. */
function ownFields(form: StreamForm, { store }: Body, options: unknown): Body {
  if (form === 'responses') {
    return { store: store ?? false, ...(isObject(options) && { stream_options: options }) };
  }
  return isObject(options) ? { stream_options: { ...options, include_usage: true } } : {};
}

function checkKind(param: string, value: unknown, isRight: boolean, allowed: string): void {
  if (!isRight && value !== undefined && value !== null) {
    throw new Refusal(400, `${param} must be ${allowed}`, { param });
  }
}

const checksOf: Readonly<Record<StreamForm, (body: Body) => void>> = {
  chat: (body) => checkChatRequest(body as unknown as ChatCompletionRequest),
  responses: (body) => checkResponseRequest(body),
};

/** Tells a mistake that the client finds to the caller, who does not call its methods. */
function checkByClient(form: StreamForm, body: Body): void {
  try {
    checksOf[form](body);
  } catch (error) {
    const { message } = error as TypeError;
    const [, param] = /^\w+\(\) (?:needs|takes) ([\w[\]]+)/u.exec(message) ?? [];
    throw new Refusal(400, message.replace(/^\w+\(\)/u, 'The body'), { param });
  }
}
