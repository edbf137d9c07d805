import { concatMap, defer, type Observable } from 'rxjs';
import { chooseModels } from './choose-models.js';
import { chooseServer } from './choose-server.js';
import { holdConversation } from './hold-conversation.js';
import type { Question } from './question.js';
import type { Streams } from './streams.js';
import { withDialogue } from './with-dialogue.js';

/** Holds a conversation with a model. Its first prompt is the question's words, if there are any. Emits nothing. */
export function chat(question: Question, streams: Streams): Observable<never> {
  return defer(() => {
    const connect = chooseServer(question.server, streams.stderr);
    return connect((server) =>
      chooseModels(server, question, streams.stderr).pipe(
        concatMap((model) =>
          withDialogue(question.words, streams, (dialogue) =>
            holdConversation(dialogue, server, model, question, streams),
          ),
        ),
      ),
    );
  });
}
