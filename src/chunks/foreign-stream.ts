import { ProtocolError } from '../errors/protocol-error.js';
import type { Redact } from '../secrets/redactor.js';

/** Follows the objects of a stream to tell whether they are those of another endpoint. */
interface ForeignStream {
  readonly see: (document: Readonly<Record<string, unknown>>) => void;
  /** Returns the error of a stream that had objects, none of them with choices or usage; else `undefined`. */
  readonly error: () => ProtocolError | undefined;
}

/** How many names of objects an error tells. */
const maxNames = 3;
/** Names are words of a protocol; anything else could be part of an answer. */
const protocolWord = /^[a-z][\w.-]{0,49}$/iu;

/** Creates the state for one stream. */
export function createForeignStream(redact: Redact): ForeignStream {
  const names = new Set<string>();
  let empty = true;
  let own = false;
  return {
    see: (document) => {
      if (own) {
        return;
      }
      empty = false;
      own = 'choices' in document || (document['usage'] ?? undefined) !== undefined;
      const name = nameOf(document);
      if (name !== undefined && names.size < maxNames) {
        names.add(name);
      }
    },
    error: () => {
      const kinds = names.size === 0 ? '' : ` (${redact([...names].join(', '))})`;
      return own || empty
        ? undefined
        : new ProtocolError(
            `The server sent objects without choices${kinds}, as another endpoint does; check baseURL and the endpoint`,
          );
    },
  };
}

/** Returns the type of an object, or else the names of its fields; `undefined` if they are not words of a protocol. */
function nameOf(document: Readonly<Record<string, unknown>>): string | undefined {
  const type = [document['type'], document['object']].find(
    (word) => typeof word === 'string' && protocolWord.test(word),
  );
  const fields = Object.keys(document)
    .slice(0, maxNames)
    .filter((key) => protocolWord.test(key));
  return typeof type === 'string' ? type : fields.length > 0 ? fields.join('/') : undefined;
}
