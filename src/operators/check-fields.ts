/**
 * Refuses a field that nobody reads, since a misspelt one would silently do nothing.
 *
 * @param where What the fields belong to, to follow the word "in".
 * @param hints What to use where people look for another name.
 * @throws TypeError naming the field, and the one that was meant or all that are known.
 */
export function checkFields(
  config: object,
  known: readonly string[],
  where: string,
  hints?: ReadonlyMap<string, string>,
): void {
  const unknown = Object.keys(config).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    const spelled = known.find((key) => key.toLowerCase() === unknown.toLowerCase());
    const hint = hints?.get(unknown) ?? (spelled === undefined ? `known: ${known.join(', ')}` : `use ${spelled}`);
    throw new TypeError(`Unknown field "${unknown}" in ${where}; ${hint}`);
  }
}
