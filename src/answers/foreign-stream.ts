import { ProtocolError } from '../errors/protocol-error.js';
import type { Redact } from '../secrets/redactor.js';

type Fields = Readonly<Record<string, unknown>>;

/** How many names of objects an error tells. */
const maxNames = 3;
/** Names are words of a protocol; anything else could be part of an answer. */
const protocolWord = /^[a-z][\w.-]{0,49}$/iu;

/** Follows the objects of one stream to tell whether they are those of another endpoint. */
export class ForeignStream {
  private readonly missing: string;
  private readonly isOwn: (document: Fields) => boolean;
  private own = false;
  private names: Set<string> | undefined;

  /**
   * @param missing What the objects of another endpoint are without, for the error.
   * @param isOwn Whether an object is one of this endpoint.
   */
  constructor(missing: string, isOwn: (document: Fields) => boolean) {
    this.missing = missing;
    this.isOwn = isOwn;
  }

  see(document: Fields): void {
    this.own ||= this.isOwn(document);
    if (this.own) {
      return;
    }
    this.names ??= new Set();
    const name = nameOf(document);
    if (name !== undefined && this.names.size < maxNames) {
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
      `The server sent objects without ${this.missing}${kinds}, as another endpoint does; check baseURL and the endpoint`,
    );
  }
}

/** Returns the type of an object, or else the names of its fields; `undefined` if they are not words of a protocol. */
function nameOf(document: Fields): string | undefined {
  const type = [document['type'], document['object']].find(
    (word) => typeof word === 'string' && protocolWord.test(word),
  );
  const fields = Object.keys(document)
    .slice(0, maxNames)
    .filter((key) => protocolWord.test(key));
  return typeof type === 'string' ? type : fields.length > 0 ? fields.join('/') : undefined;
}
