/* Tools of a server of the Model Context Protocol become tools of a run */
export { mcpTools, type McpToolsConfig } from './mcp-tools.js';
export type { McpClient, McpProgress, McpRequestOptions, McpTool, McpToolCall, McpToolPage } from './mcp-client.js';

/* Types of 'rxllm' that appear in declarations inferred from these exports */
export type { RunnableTool, ToolContext } from '../tools/tool.js';
export type { ParsedArguments } from '../tools/read-call-arguments.js';
export type { JsonSchema } from '../schemas/json-schema.js';
export type { ToolCall } from '../schemas/message.js';
