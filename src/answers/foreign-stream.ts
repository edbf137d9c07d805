import { ProtocolError } from '../errors/protocol-error.js';
import type { Redact } from '../secrets/redactor.js';

type Fields = Readonly<Record<string, unknown>>;

/** How many names of objects an error tells. */
const maxNames = 3;

/** Follows the objects of one stream to tell whether they are those of another endpoint. */
export class ForeignStream {
  private readonly what: string;
  private readonly isOwn: (document: Fields) => boolean;
  private own = false;
  private names: Set<string> | undefined;

  /**
   * @param what What the objects of another endpoint are, for the error.
   * @param isOwn Whether an object is one of this endpoint.
   */
  constructor(what: string, isOwn: (document: Fields) => boolean) {
    this.what = what;
    this.isOwn = isOwn;
  }

  see(document: Fields): void {
    this.own ||= this.isOwn(document);
    if (this.own) {
      return;
    }
    this.names ??= new Set();
    const name = nameOf(document);
    if (name !== '' && this.names.size < maxNames) {
      this.names.add(name);
    }
  }

  /** Returns the error of a stream that had objects, none of them of this endpoint; else `undefined`. */
  error(redact: Redact): ProtocolError | undefined {
    if (this.own || this.names === undefined) {
      return undefined;
    }
    const kinds = this.names.size === 0 ? '' : ` (${redact([...this.names].join(', '))})`;
    return new ProtocolError(
      `The server sent ${this.what}${kinds}, as another endpoint does; check baseURL and the endpoint`,
    );
  }
}

/** Returns the type of an object, or else the names of its fields; an empty text if they are not words of a protocol. */
function nameOf(document: Fields): string {
  const fields = Object.keys(document).slice(0, maxNames).filter(isProtocolWord);
  return [document['type'], document['object']].find(isProtocolWord) ?? fields.join('/');
}

/** Names are words of a protocol; anything else could be part of an answer. */
function isProtocolWord(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z][\w.-]{0,49}$/iu.test(value);
}
