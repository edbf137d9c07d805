/*
 * How do I answer a tool call, and keep it in the history?
 *
 * `toMessageParam` turns an answer into a message for the next request, with its tool calls and with the reasoning and
 * signatures that some servers require. `expand` sends the extended history until the model calls no more tools.
 */
import { EMPTY, expand, finalize, map, type Observable, of, takeLast } from 'rxjs';
import { type ChatMessage, createClient, throwIfTruncated, type ToolCall, toMessage, toMessageParam } from 'rxllm';
import { type LocalModel, startLocalServer } from 'rxllm/local';

const call = { index: 0, type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } };
const weather: LocalModel = ({ messages }) =>
  messages.at(-1)?.role === 'tool'
    ? of('The service says: ', JSON.stringify(messages.at(-1)?.content))
    : of({ tool_calls: [call] });
const tools = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object' } } }] as const;
const lookUp = ({ id, arguments: json }: ToolCall): ChatMessage => {
  const { city } = JSON.parse(json) as { city: string };
  return { role: 'tool', tool_call_id: id, content: `12 °C and dry in ${city}` };
};

const server = await startLocalServer({ models: { weather } });
const client = createClient({ baseURL: server.url });

const answer = (messages: readonly ChatMessage[]): Observable<readonly ChatMessage[]> =>
  client.chat({ model: 'weather', messages, tools }).pipe(
    throwIfTruncated(),
    toMessage(),
    map((message) => [...messages, toMessageParam(message), ...message.toolCalls.map(lookUp)]),
  );

answer([{ role: 'user', content: 'Do I need a coat in Oslo?' }])
  .pipe(
    expand((messages) => (messages.at(-1)?.role === 'tool' ? answer(messages) : EMPTY)),
    takeLast(1),
    finalize(() => void server.close()),
  )
  .subscribe((messages) => console.log(JSON.stringify(messages, null, 2)));
