/** No known server nests deeper, and code that walks a much deeper value would overflow the stack. */
const maxDepth = 500;

/** Parses a JSON text. Returns `undefined` if it is malformed or nests deeper than 500 levels, or as many as are allowed. */
export function parseJson(text: string, levels = maxDepth): unknown {
  try {
    const value: unknown = JSON.parse(text);
    // Each level takes two characters, so a short text cannot be deep.
    return text.length > 2 * levels && isDeeper(value, levels) ? undefined : value;
  } catch {
    // Dropped, because the runtime's error quotes the text.
    return undefined;
  }
}

/**
 * Returns the arguments of a call as a history may hold them: `{}` for what is not JSON. vLLM and llama.cpp parse them, and
 * refuse each later request of the conversation.
 */
export function pastArguments(text: string): string {
  return parseJson(text) === undefined ? '{}' : text;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  return levels === 0 || Object.values(value).some((item) => isDeeper(item, levels - 1));
}
