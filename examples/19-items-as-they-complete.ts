/*
 * How do I use each element of a list before the answer is whole?
 *
 * `arrayItems` emits an element as soon as it is whole and fits the schema, so that work on the first begins while the model
 * writes the next. The model here is scripted, and writes a list with 40 tokens a second.
 */
import { delay, finalize, from, mergeMap, of } from 'rxjs';
import { arrayItems, createClient, responseFormat, textDeltas, throwIfTruncated } from 'rxllm';
import { type LocalModel, startLocalServer } from 'rxllm/local';
import * as z from 'zod/mini';

const City = z.object({ city: z.string(), country: z.string() });
const Cities = z.object({ cities: z.array(City) });

const places = { Oslo: 'Norway', Rome: 'Italy', Quito: 'Ecuador' };
const cities = Object.entries(places).map(([city, country]) => ({ city, country }));
const atlas: LocalModel = () => from(JSON.stringify({ cities }).match(/.{1,6}/gu) ?? []);

const server = await startLocalServer({ models: { atlas }, tokensPerSecond: 40 });
const client = createClient({ baseURL: server.url });
const messages = [{ role: 'user', content: 'Three capitals, please.' }] as const;
const started = Date.now();
const log = (text: string): void => console.log(`${String(Date.now() - started).padStart(5)} ms  ${text}`);

client
  .chat({ model: 'atlas', messages, response_format: responseFormat(Cities, 'cities') })
  .pipe(
    throwIfTruncated(),
    textDeltas(),
    arrayItems(City, { path: ['cities'] }),
    mergeMap(({ city, country }) => {
      log(`${city} came`);
      return of(`${city} is in ${country}`).pipe(delay(100)); // any request of your own
    }),
    finalize(() => void server.close()),
  )
  .subscribe({ next: log, error: console.error, complete: () => log('the answer is whole') });
