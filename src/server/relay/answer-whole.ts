import { defer, firstValueFrom, type Observable } from 'rxjs';
import { throwIfAborted } from '../../operators/throw-if-aborted.js';
import type { ChatCompletionRequest } from '../../schemas/chat-completion-request.js';
import type { ResponseRequest } from '../../schemas/response-request.js';
import type { RelaySettings } from './relay-config.js';
import type { RelayedRequest } from './relayed-request.js';
import { toCompletion, toWholeResponse } from './whole-answers.js';

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
