/**
 * How far one stream has been read, so that it can be taken up where its connection broke. Whoever reads the stream moves
 * it; whoever resumes the stream asks for what comes after it.
 */
export interface StreamCursor {
  /** The id under which the server keeps the stream going; `undefined` as long as it is not known to do so. */
  id: string | undefined;
  /** The number of the last event that was read, whether it was emitted or not; `undefined` before the first. */
  after: number | undefined;
  /** Whether a relay keeps it, which numbers events by their `id`. Otherwise it is a background response. */
  relayed?: boolean;
  /** Whether an event without a number was read, which would come twice. */
  unnumbered?: boolean;
  /** Whether nothing follows, so that there is nothing to take up or to stop. */
  over?: boolean;
}
