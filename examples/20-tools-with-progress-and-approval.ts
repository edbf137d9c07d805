/*
 * How do I let the model call my functions, with progress and an approval?
 *
 * `runTools` answers calls until the model calls no more. The values of a tool's Observable are progress, the last one is the
 * result. What `approve` does not allow is told to the model.
 */
import { filter, finalize, interval, map, of, take } from 'rxjs';
import { createClient, runTools, tool } from 'rxllm';
import { type LocalModel, startLocalServer } from 'rxllm/local';

const call = (name: string, index: number) => ({ index, function: { name, arguments: '{"city":"Oslo"}' } });
const planner: LocalModel = ({ messages }) =>
  messages.at(-1)?.role === 'tool'
    ? of('Oslo it is, but book the hotel yourself.')
    : of({ tool_calls: ['search', 'book'].map(call) });
const server = await startLocalServer({ models: { planner } });
const client = createClient({ baseURL: server.url });
const parameters = { type: 'object', properties: { city: { type: 'string' } } };
const search = tool({
  name: 'search',
  parameters,
  run: ({ city }: { city: string }) =>
    interval(100).pipe(
      take(3),
      map((found) => `${found} hotels in ${city}`),
    ),
});
const book = tool({ name: 'book', parameters, run: () => 'booked' });
runTools(client, {
  request: { model: 'planner', messages: [{ role: 'user', content: 'Find me a hotel.' }] },
  tools: [search, book],
  approve: ({ name }) => name !== 'book',
})
  .pipe(
    filter((event) => event.type !== 'chunk' && event.type !== 'turn'),
    finalize(() => void server.close()),
  )
  .subscribe((event) => console.log(event.call.name, event.type, 'value' in event ? event.value : ''));
