/** Reads the events of one stream that repeat earlier ones, so that the parser need not. All offsets are in bytes. */
export interface Shortcut<Value> {
  /** Whether it wants to see the next block; while not, the parser reads alone. */
  readonly awake: boolean;
  /** Index after the block that `read` has read last. */
  readonly end: number;
  /** The event id in the block that `read` has read last; `undefined` if it has none. */
  readonly id: string | undefined;
  /** Reads the complete block that begins at `start`, between blocks; `undefined` if it is not known or not complete. Never throws. */
  read(bytes: Uint8Array, start: number): Value | undefined;
  /** Learns from a complete block, including its empty line, that `read` did not know, and the parser therefore reads. Called while awake. */
  learn(block: Uint8Array): void;
  /** Tells how many events the parser has read while it was not awake. */
  pass(events: number): void;
}
