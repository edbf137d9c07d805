import type { AnswerEvent } from '../../answers/event-data.js';
import type { StreamCursor } from '../../answers/stream-cursor.js';
import type { EventSink } from '../../sse/block-parser.js';

/** Moves a cursor with the events of one exchange that a relay numbers by their ids, and drops those that were read before. */
export class NumberedEvents<Value> implements EventSink<AnswerEvent | Value> {
  private readonly destination: EventSink<AnswerEvent | Value>;
  private readonly cursor: StreamCursor;
  /** The number of the last event of an earlier exchange. */
  private readonly from: number;
  private id = '';

  constructor(destination: EventSink<AnswerEvent | Value>, cursor: StreamCursor) {
    this.destination = destination;
    this.cursor = cursor;
    this.from = cursor.after ?? -1;
  }

  get closed(): boolean {
    return this.destination.closed;
  }

  next(event: AnswerEvent | Value): void {
    // An event without an id has that of the event before it.
    const { id = this.id } = event as { readonly id?: string | undefined };
    const number = id !== this.id && /^\d{1,15}$/u.test(id) ? Number(id) : NaN;
    this.id = id;
    if (number <= this.from) {
      return;
    }
    if (number > (this.cursor.after ?? -1)) {
      this.cursor.after = number;
    } else {
      this.cursor.unnumbered = true;
    }
    this.destination.next(event);
  }
}
