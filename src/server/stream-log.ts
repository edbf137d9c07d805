import type { ObservableInput } from 'rxjs';

/** One event of a stream in a log: what a server-sent event carries besides its `id`. */
export interface LogEntry {
  /** The number of the event in its stream, from 1. It is the `id` of the event. */
  readonly number: number;
  /** The name of the event; left out for events without one. */
  readonly event?: string | undefined;
  readonly data: string;
}

/** How an append ended. */
export type AppendResult =
  /** Written. Without entries: the writer's lease is renewed. */
  | 'ok'
  /** Nothing was written: somebody stopped the stream. */
  | 'stopped'
  /** Written, but no read has waited or come for `detach` milliseconds. */
  | 'detached'
  /** Nothing was written: another writer has the stream, or the log no longer has it. */
  | 'lost'
  /** Nothing was written: the log has no room. */
  | 'full';

/** Options of {@link StreamLog.append}. */
export interface AppendOptions {
  /**
   * Whether the stream ends with these entries. Such an append is also written to a stopped stream, and has 1 KiB of room in
   * a full log, so that the writer can say why it ended. Default false.
   */
  readonly end?: boolean | undefined;
  /** After how many milliseconds without a reader `detached` is returned. */
  readonly detach: number;
}

/** What a log has of a stream after a number. */
export interface LogPage {
  /** In order and without gaps; at most as many as the log gives at once. */
  readonly entries: readonly LogEntry[];
  /** `open`: more may come. `ended`: nothing follows these entries. `lost`: the writer died, nothing follows. */
  readonly state: 'open' | 'ended' | 'lost';
}

/**
 * Keeps the events of streams, so that a reader can go on where it was, on any node that shares the log. Each method is
 * called once per subscription to what it gives, and the first value counts.
 */
export interface StreamLog {
  /**
   * After how many milliseconds without an append the log takes a writer for dead; left out by a log that takes none for it.
   * Writers append at least three times as often.
   */
  readonly lease?: number | undefined;
  /**
   * Appends entries to a stream of an owner, and renews the lease of its writer; with no entries it does only that. The first
   * append of an id creates the stream, and makes this log instance its writer. An entry that is there already is skipped, so
   * that an append may be sent again.
   */
  append(
    id: string,
    owner: string,
    entries: readonly LogEntry[],
    options: AppendOptions,
  ): ObservableInput<AppendResult>;
  /**
   * Reads the entries after a number, and counts as a reader. If there are none yet and the stream is open, waits for at most
   * `wait` milliseconds. Gives `undefined` for a stream that the log does not have, or that belongs to another owner.
   */
  read(id: string, owner: string, after: number, wait: number): ObservableInput<LogPage | undefined>;
  /** Stops a stream, on whichever node it is written. Gives whether the log has such a stream of this owner. */
  stop(id: string, owner: string): ObservableInput<boolean>;
}
