/** One server-sent event, as the HTML standard dispatches it. */
export interface ServerSentEvent {
  /** The event's name; `message` when the server gave none. */
  readonly event: string;
  /** The data lines, joined by line feeds. */
  readonly data: string;
  /** The last event id seen so far; empty if none. */
  readonly id: string;
  /** The reconnection time in milliseconds, when this event's block set one. */
  readonly retry?: number;
}
