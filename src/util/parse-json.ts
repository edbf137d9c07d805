/** Deeper JSON is no answer of a model's server, and would overflow the stack of whatever walks it. */
const maxDepth = 500;

/**
 * The value of a JSON text; `undefined` for a text that is no JSON, or that nests deeper than 500 levels. Where the program
 * has frozen the prototype of all objects, fields of its names are left out.
 */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    // A level takes two characters, so what is short is not deep.
    if (text.length > 2 * maxDepth && isDeeper(value, maxDepth)) {
      return undefined;
    }
    if (Object.isFrozen(Object.prototype)) {
      leaveOutInherited(value);
    }
    return value;
  } catch {
    // The runtime's own error quotes the text it could not parse, so it goes no further than here.
    return undefined;
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  return levels === 0 || Object.values(value).some((item) => isDeeper(item, levels - 1));
}

/** No copy of an object can be assigned a field, such as `constructor`, that a frozen prototype has. */
function leaveOutInherited(value: unknown): void {
  if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (!Array.isArray(value) && key in Object.prototype) {
        Reflect.deleteProperty(value, key);
      }
      leaveOutInherited(item);
    }
  }
}
