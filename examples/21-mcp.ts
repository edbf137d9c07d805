/*
 * How do I lend a model the tools of an MCP server?
 *
 * `mcpTools` takes any connected client of the Model Context Protocol and emits its tools, again whenever they change.
 * `runTools` lets the model call them; the progress that the server reports is the progress of the run.
 */
import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { fromJsonSchema, McpServer } from '@modelcontextprotocol/server';
import { finalize, of, switchMap, take } from 'rxjs';
import { createClient, runTools } from 'rxllm';
import { type LocalModel, startLocalServer } from 'rxllm/local';
import { mcpTools } from 'rxllm/mcp';

const forecasts = new McpServer({ name: 'forecasts', version: '1.0.0' });
const inputSchema = fromJsonSchema<{ city: string }>({ type: 'object', properties: { city: { type: 'string' } } });
forecasts.registerTool('forecast', { inputSchema }, async ({ city }, { mcpReq }) => {
  const params = { progressToken: mcpReq._meta?.progressToken ?? '', progress: 1, message: 'Looking at clouds' };
  await mcpReq.notify({ method: 'notifications/progress', params });
  return { content: [{ type: 'text', text: `12 °C and dry in ${city}` }] };
});
const [here, there] = InMemoryTransport.createLinkedPair(); // or a StdioClientTransport, which starts a program
await forecasts.connect(there);
const mcp = new Client({ name: 'example', version: '1.0.0' });
await mcp.connect(here);

const call = { index: 0, type: 'function', function: { name: 'weather_forecast', arguments: '{"city":"Oslo"}' } };
const model: LocalModel = ({ messages }) =>
  messages.at(-1)?.role === 'tool' ? of('Leave the coat at home.') : of({ tool_calls: [call] });
const server = await startLocalServer({ models: { weather: model } });
const client = createClient({ baseURL: server.url });
const request = { model: 'weather', messages: [{ role: 'user', content: 'Do I need a coat in Oslo?' }] } as const;

mcpTools(mcp, { prefix: 'weather_' })
  .pipe(
    take(1),
    switchMap((tools) => runTools(client, { request, tools })),
    finalize(() => void Promise.all([mcp.close(), server.close()])),
  )
  .subscribe((event) => event.type !== 'chunk' && console.log(event.type, 'value' in event ? event.value : ''));
