/**
 * What {@link mcpTools} uses of a client of the Model Context Protocol: the `Client` of `@modelcontextprotocol/sdk` and that
 * of `@modelcontextprotocol/client` fit, and so does any other object with these methods.
 */
export interface McpClient {
  /** Lists a page of the server's tools: the first, or the one after `cursor`. */
  listTools(params?: { readonly cursor?: string }, options?: McpRequestOptions): Promise<McpToolPage>;
  /** Calls a tool. No schema is passed; of two parameters, the second is the options. */
  callTool(params: McpToolCall, resultSchema?: unknown, options?: McpRequestOptions): Promise<unknown>;
  /** Sets the only handler of a method's notifications. A schema stands for the method, or its name if that throws. */
  setNotificationHandler?(method: unknown, handler: () => void): void;
  /** Removes that handler. */
  removeNotificationHandler?(method: string): void;
}

/** The name of a tool, as its server knows it, and the arguments of a call. */
export interface McpToolCall {
  readonly name: string;
  readonly arguments: Record<string, unknown>;
}

/** Options of a request to a server. */
export interface McpRequestOptions {
  /** Cancels the request. */
  readonly signal: AbortSignal;
  /** How long to wait for the answer, in milliseconds. */
  readonly timeout: number;
  /** Called for each progress notification. */
  readonly onprogress?: (progress: McpProgress) => void;
}

/** How far a tool is, as its server tells. */
export interface McpProgress {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

/** Some tools of a server. */
export interface McpToolPage {
  readonly tools: readonly McpTool[];
  /** Where the next page begins; `undefined` on the last one. */
  readonly nextCursor?: string | undefined;
}

/** A tool as its server describes it. */
export interface McpTool {
  readonly name: string;
  readonly description?: string | undefined;
  /** The JSON schema of its arguments. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
}
