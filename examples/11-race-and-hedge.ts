/*
 * How do I take the faster of two models, or ask again when one is slow?
 *
 * With `raceToFirstText` the first text wins, not the first chunk; `hedge` sends a second request if no answer begins
 * in time; `fallback` tries the next source if one fails. Losers are unsubscribed at once, which closes their
 * connections.
 */
import { lastValueFrom, NEVER, type Observable, of, tap, throwError } from 'rxjs';
import { createClient, fallback, hedge, raceToFirstText, textDeltas, toText } from 'rxllm';
import { startLocalServer } from 'rxllm/local';

let requests = 0;
const server = await startLocalServer({
  models: {
    thinker: () => NEVER,
    speaker: () => of('Here ', 'I ', 'am.'),
    moody: () => ((requests += 1) === 1 ? NEVER : of(`Request ${requests} `, 'was answered.')),
    broken: () => throwError(() => new Error('Out of order')),
  },
});
const client = createClient({ baseURL: server.url });

const ask = (model: string): Observable<string> =>
  client
    .chat({ model, messages: [{ role: 'user', content: 'Is anybody there?' }] })
    .pipe(tap({ unsubscribe: () => console.log(`${model} lost and was unsubscribed`) }), textDeltas());
const show = async (answer: Observable<string>): Promise<void> => {
  console.log(await lastValueFrom(answer.pipe(toText())));
};

await show(raceToFirstText([ask('thinker'), ask('speaker')]));
await show(hedge(ask('moody'), { after: 200 }));
await show(fallback([ask('broken'), ask('speaker')]));
await server.close();
