import type { ApiError } from '../errors/api-error.js';
import { toApiError } from '../errors/server-error.js';
import type { TransportEvent } from '../transport/transport.js';

/** The head of an exchange. */
type Head = Extract<TransportEvent, { type: 'head' }>;

/** An answer with a status other than 2xx, whose body tells the reason. */
export class Refusal {
  readonly head: Head;
  private room: number;
  private readonly decoder = new TextDecoder();
  private body = '';

  /** @param room The maximum number of bytes of the body to read. */
  constructor(head: Head, room: number) {
    this.head = head;
    this.room = room;
  }

  /** Reads a piece of the body, and returns whether more may be read. */
  read(bytes: Uint8Array): boolean {
    this.body += this.decoder.decode(bytes.subarray(0, this.room), { stream: true });
    this.room -= bytes.length;
    return this.room > 0;
  }

  /** @param now The `scheduler.now()`, to convert the time until which the server asks to wait. */
  toError(now: number, redact: (text: string) => string): ApiError {
    const { status, headers } = this.head;
    return toApiError({ status, headers, body: this.body, now, redact });
  }
}
