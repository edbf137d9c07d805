/*
 * How do I show only text that has passed a moderation check?
 *
 * `moderated` holds the answer back until a check has passed it, sentence by sentence. `passesModeration` makes the check of
 * the server's `/moderations`. What does not pass is never shown: the request is cancelled, and the stream errors.
 */
import { catchError, EMPTY, throwError } from 'rxjs';
import { createClient, moderated, OutputError, passesModeration, retryTransient, textDeltas } from 'rxllm';
import { startLocalServer } from 'rxllm/local';

const server = await startLocalServer({ tokensPerSecond: 40 });
const client = createClient({ baseURL: server.url });
const passes = passesModeration(client);

const content = 'The first sentence is kind. So is the second one. You are an idiot! Nobody reads this.';
client
  .chat({ model: 'echo', messages: [{ role: 'user', content }] })
  .pipe(
    textDeltas(),
    moderated((text) => passes(text).pipe(retryTransient())),
    catchError((error: unknown) => {
      if (!(error instanceof OutputError) || error.code !== 'moderation') {
        return throwError(() => error);
      }
      console.log('[The rest was withheld.]');
      console.log(`What may go into the history: ${JSON.stringify(error.partial)}`);
      return EMPTY;
    }),
  )
  .subscribe({
    next: (text) => console.log(text),
    error: console.error,
  })
  .add(() => void server.close());
