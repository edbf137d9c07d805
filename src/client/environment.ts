import { parseUrl } from '../util/parse-url.js';

/** The default server. */
export const openai = 'https://api.openai.com/v1';

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

/**
 * Uses the environment's key only for the environment's server or the default one, not for another one set in code.
 */
export function trustedEnvironment(environment: Environment): (baseURL: string | undefined) => Partial<Environment> {
  const trusted = [environment.baseURL ?? openai, openai].map(addressOf);
  return (baseURL) =>
    baseURL === undefined || trusted.includes(addressOf(baseURL)) ? environment : { baseURL: environment.baseURL };
}

/** Normalizes an address for comparison: a slash at the end does not matter. An invalid address stays as it is. */
function addressOf(baseURL: string): string {
  return parseUrl(baseURL)?.href.replace(/\/$/u, '') ?? baseURL;
}

/** Names this package and its version; browsers do not let a page name itself. */
export const ownHeaders: Readonly<Record<string, string>> = { 'user-agent': 'rxllm/0.1.0' };
