/*
 * How do I stream over the Responses API, with reasoning and a function call?
 *
 * `responses()` emits the events of `/responses`, which a `switch` on their type narrows; operators such as `textDeltas` and
 * `toMessage` read them as they read chunks. `toInputItems` turns an answer into history for the next request.
 */
import { lastValueFrom, of, tap } from 'rxjs';
import { createClient, type Message, type ResponseEvent, type ResponseInputItem, toInputItems, toMessage } from 'rxllm';
import { type LocalModel, startLocalServer } from 'rxllm/local';

const call = { index: 0, type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } };
const adviser: LocalModel = ({ messages }) =>
  messages.at(-1)?.role === 'tool'
    ? of('The service says: ', JSON.stringify(messages.at(-1)?.content))
    : of({ reasoning_content: 'This depends ' }, { reasoning_content: 'on the weather.' }, { tool_calls: [call] });
const tools = [{ type: 'function', name: 'weather', parameters: { type: 'object' } }] as const;

const print = (event: ResponseEvent): void => {
  switch (event.type) {
    case 'response.reasoning_text.delta':
    case 'response.output_text.delta':
    case 'response.function_call_arguments.delta':
      console.log(`${event.type.padEnd(38)} │ ${event.delta}`);
  }
};

const server = await startLocalServer({ models: { adviser } });
const client = createClient({ baseURL: server.url });
const ask = (input: readonly ResponseInputItem[]): Promise<Message> =>
  lastValueFrom(client.responses({ model: 'adviser', input, tools }).pipe(tap(print), toMessage()));

const question = { role: 'user', content: 'Do I need a coat in Oslo?' } as const;
const asked = await ask([question]);
const outputs = asked.toolCalls.map(
  ({ id }) => ({ type: 'function_call_output', call_id: id, output: '3 °C' }) as const,
);
const answer = await ask([question, ...toInputItems(asked), ...outputs]);
console.log(`\n${answer.content} (${answer.usage?.totalTokens} tokens)`);
await server.close();
