import { firstValueFrom, noop, type Observable } from 'rxjs';
import { throwIfAborted } from '../../operators/throw-if-aborted.js';
import type { ChatCompletionChunk } from '../../schemas/chat-completion-chunk.js';
import type { ResponseEvent } from '../../schemas/response-event.js';
import { askUpstream } from './ask-upstream.js';
import type { RelaySettings } from './relay-config.js';
import type { RelayedRequest } from './relayed-request.js';
import { toCompletion, toWholeResponse } from './whole-answers.js';

/** Answers with one JSON document once the answer is whole, for a caller that wants no stream. */
export async function answerWhole(request: RelayedRequest, settings: RelaySettings): Promise<Response> {
  const values = askUpstream({ ...request, wantsUsage: true }, settings, noop);
  const whole =
    request.form === 'responses'
      ? toWholeResponse(values as Observable<ResponseEvent>)
      : toCompletion(values as Observable<ChatCompletionChunk>);
  return Response.json(await firstValueFrom(whole.pipe(throwIfAborted(request.signal))));
}
