/* Passes the clients of each generation of the SDK without a cast. */
import { Client } from '@modelcontextprotocol/client';
import { Client as FirstClient } from '@modelcontextprotocol/sdk/client/index.js';
import { createClient, type RunnableTool, runTools } from 'rxllm';
import { type McpClient, mcpTools } from 'rxllm/mcp';
import { combineLatest, map, switchMap } from 'rxjs';
import { Client as OldClient } from 'sdk-1.22/client/index.js';

const info = { name: 'app', version: '1' };
const clients = [new OldClient(info), new FirstClient(info), new Client(info)] as const;
export const named: readonly McpClient[] = clients;

const config = { timeout: 60_000 };
export const run = combineLatest(
  clients.map((client, place) => mcpTools(client, { ...config, prefix: `s${place}_` })),
).pipe(
  map((lists): readonly RunnableTool[] => lists.flat()),
  switchMap((tools) => runTools(createClient(), { request: { model: 'm', messages: [] }, tools })),
);
