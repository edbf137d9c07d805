/** What the server has seen since it started. */
export interface Counts {
  /** Connections made, those of them that are open, and those that never carried a request. */
  readonly connections: number;
  readonly openConnections: number;
  readonly unusedConnections: number;
  /** Requests that came, those whose answer is still going on, and those that the client cut. */
  readonly requests: number;
  readonly openRequests: number;
  readonly cutRequests: number;
  /** Requests that came, by scenario. */
  readonly requestsTo: Readonly<Record<string, number>>;
}
