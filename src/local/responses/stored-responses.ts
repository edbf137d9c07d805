import { merge, ReplaySubject, Subject, takeUntil, type Observable } from 'rxjs';
import type { ResponseObject, ResponseOutputItem } from '../../schemas/response-object.js';
import { formatEvent } from '../../sse/format-event.js';
import { LocalError } from '../http/local-error.js';
import type { NumberedEvent } from './response-events.js';

/** How many responses are kept. */
const maxResponses = 1000;

/** How many characters of responses, conversations and streams are kept, all together. */
const maxCharacters = 128_000_000;

/** An item of a conversation whose fields have been checked. */
export interface InputItem {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** A response that can be asked for by its id. */
export interface StoredResponse {
  /** The response as it is now. */
  readonly response: ResponseObject;
  /** The stream from its first event on, if it can be read again. */
  readonly frames: Observable<string> | undefined;
  /** Stops the generation, if it has not ended. */
  cancel(): void;
}

interface Entry {
  response: ResponseObject;
  /** The conversation with the answer in it; `undefined` until the response has ended, and if it failed. */
  conversation: readonly InputItem[] | undefined;
  readonly frames: ReplaySubject<string> | undefined;
  readonly dropped: Subject<void>;
  readonly cancel: () => void;
  characters: number;
}

/** The responses of one server. The oldest are dropped when there are too many of them or they take too much memory. */
export class StoredResponses {
  private readonly entries = new Map<string, Entry>();
  private readonly closing: Observable<unknown>;
  private characters = 0;

  /** @param closing Stops what still runs when it emits. */
  constructor(closing: Observable<unknown>) {
    this.closing = closing;
  }

  /** Returns a response. Throws a `LocalError` 404 if it is not there. */
  get(id: string): StoredResponse {
    const found = this.entries.get(id);
    if (found === undefined) {
      throw new LocalError(404, `There is no response with the id '${id}' here.`, { param: 'id' });
    }
    return found;
  }

  /** Returns the conversation that a response ended; `undefined` if there is no such response, or none that has ended. */
  conversationOf(id: string): readonly InputItem[] | undefined {
    return this.entries.get(id)?.conversation;
  }

  /** Finds an item of any conversation by its id. */
  findItem(id: string): InputItem | undefined {
    for (const { conversation = [] } of this.entries.values()) {
      const item = conversation.find((candidate) => candidate['id'] === id);
      if (item !== undefined) {
        return item;
      }
    }
    return undefined;
  }

  /**
   * Keeps a response that has ended.
   *
   * @param items The conversation before it.
   */
  add(response: ResponseObject, items: readonly InputItem[]): void {
    const entry = this.put(response, undefined, () => undefined);
    this.setResponse(entry, response, items);
  }

  /**
   * Keeps a response while it is generated, whether anybody reads it or not.
   *
   * @param generate Gets the events of the response, which are generated until `cancelled` emits.
   */
  run(
    response: ResponseObject,
    items: readonly InputItem[],
    isStream: boolean,
    generate: (cancelled: Observable<void>) => Observable<NumberedEvent>,
  ): StoredResponse {
    const frames = isStream ? new ReplaySubject<string>(Infinity) : undefined;
    const cancelled = new Subject<void>();
    const entry = this.put(response, frames, () => cancelled.next());
    generate(cancelled)
      .pipe(takeUntil(merge(entry.dropped, this.closing)))
      .subscribe({
        next: (event) => {
          if (event.response !== undefined) {
            this.setResponse(entry, event.response, items);
          }
          const frame = toFrame(event);
          frames?.next(frame);
          // Without a stream, too: the text so far takes about as much memory.
          this.grow(entry, frame.length);
        },
        complete: () => frames?.complete(),
      });
    return entry;
  }

  /** Drops a response: its generation stops, and its streams end. Throws a `LocalError` 404 if it is not there. */
  delete(id: string): void {
    this.get(id);
    this.drop(id);
  }

  private put(response: ResponseObject, frames: Entry['frames'], cancel: () => void): Entry {
    const entry: Entry = { response, conversation: undefined, frames, dropped: new Subject(), cancel, characters: 0 };
    this.entries.set(response.id, entry);
    return entry;
  }

  private setResponse(entry: Entry, response: ResponseObject, items: readonly InputItem[]): void {
    entry.response = response;
    if (response.status === 'completed' || response.status === 'incomplete') {
      entry.conversation = [...items, ...((response.output ?? []) as readonly (ResponseOutputItem & InputItem)[])];
    }
    this.grow(entry, JSON.stringify([response, entry.conversation]).length);
  }

  /** Counts what an entry holds. Drops the oldest entries for it, in the end the entry itself. */
  private grow(entry: Entry, characters: number): void {
    if (!this.entries.has(entry.response.id)) {
      return;
    }
    entry.characters += characters;
    this.characters += characters;
    for (const id of this.entries.keys()) {
      if (this.entries.size <= maxResponses && this.characters <= maxCharacters) {
        return;
      }
      this.drop(id);
    }
  }

  private drop(id: string): void {
    const entry = this.entries.get(id);
    if (entry !== undefined) {
      this.entries.delete(id);
      this.characters -= entry.characters;
      entry.dropped.next();
    }
  }
}

/** Writes an event of a response's stream. */
export function toFrame(event: NumberedEvent): string {
  return formatEvent({ event: event.type, data: JSON.stringify(event) });
}
