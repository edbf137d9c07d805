/*
 * How do I stream several answers at once?
 *
 * `mergeMap` with a concurrency of two keeps two requests open at a time, and `labelWith` marks which one each text in
 * the merged stream came from. A request that fails does not stop the others: its error becomes a value.
 */
import { catchError, finalize, from, mergeMap, of } from 'rxjs';
import { coalesceText, createClient, isLlmError, labelWith, textDeltas } from 'rxllm';
import { startLocalServer } from 'rxllm/local';

const server = await startLocalServer({ tokensPerSecond: 20 });
const client = createClient({ baseURL: server.url });

const questions = [
  { label: 'one', model: 'echo', content: 'The first request starts at once.' },
  { label: 'two', model: 'echo', content: 'The second one runs in parallel.' },
  { label: 'bad', model: 'none', content: 'This model does not exist.' },
  { label: 'four', model: 'echo', content: 'The last one waits for a free slot.' },
];

from(questions)
  .pipe(
    mergeMap(
      ({ label, model, content }) =>
        client.chat({ model, messages: [{ role: 'user', content }] }).pipe(
          textDeltas(),
          coalesceText(150), // at most one line per stream every 150 ms, nothing lost
          catchError((error: unknown) => of(isLlmError(error) ? `[${error.message}]` : '[unexpected error]')),
          labelWith(label),
        ),
      2,
    ),
    finalize(() => void server.close()),
  )
  .subscribe(({ label, value }) => {
    console.log(`${label.padEnd(4)} │ ${value}`);
  });
