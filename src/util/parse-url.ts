import { requireGlobal } from './require-global.js';

/** Parses a URL; `undefined` if it is invalid. `URL.canParse` is missing in Safari 16. */
export function parseUrl(url: string, base?: string): URL | undefined {
  const Url = requireGlobal('URL');
  try {
    return new Url(url, base);
  } catch {
    return undefined;
  }
}
