/** The API address and key from the environment. */
export interface Environment {
  readonly apiKey: string | undefined;
  readonly baseURL: string | undefined;
}

/**
 * Reads `OPENAI_API_KEY` and `OPENAI_BASE_URL`. A variable that is empty, or that Deno does not permit to read, counts as not
 * set.
 *
 * @param variables The environment to read. Default `process.env`.
 */
export function readEnvironment(
  variables: Readonly<Record<string, string | undefined>> = globalThis.process.env,
): Environment {
  const read = (name: string): string | undefined => {
    try {
      return variables[name]?.trim() || undefined;
    } catch {
      return undefined;
    }
  };
  return { apiKey: read('OPENAI_API_KEY'), baseURL: read('OPENAI_BASE_URL') };
}
