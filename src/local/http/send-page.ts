import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, isAbsolute, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { catchError, defer, from, mergeMap, throwError, type Observable } from 'rxjs';
import { pathOf, type Exchange } from './exchange.js';
import { LocalError } from './local-error.js';

/**
 * Sends the file of a folder that a request names. Errors with a `LocalError` 404 if there is no such file, and 405 for
 * methods other than GET and HEAD.
 *
 * @param fallback The file to send instead of one that does not exist, if the path looks like a deep link.
 */
export function sendPage({ request, response }: Exchange, root: string, fallback?: string): Observable<unknown> {
  return defer(() => {
    const { method = '' } = request;
    const path = pathOf(request);
    if (method !== 'GET' && method !== 'HEAD') {
      throw new LocalError(405, `${path} does not accept ${method}; it accepts GET, HEAD.`, {
        code: 'method_not_allowed',
        headers: { allow: 'GET, HEAD' },
      });
    }
    return from(findPage(root, path)).pipe(
      catchError((cause: unknown) =>
        fallback !== undefined && !/\.[^/]*$/u.test(path) ? findPage(root, `/${fallback}`) : throwError(() => cause),
      ),
      catchError((cause: unknown) =>
        throwError(() => new LocalError(404, `There is no file at ${path}.`, { code: 'unknown_url', cause })),
      ),
      mergeMap((page) => sendFile(response, page, method === 'GET')),
    );
  });
}

interface Page {
  readonly file: string;
  readonly size: number;
}

async function sendFile(response: ServerResponse, { file, size }: Page, withBody: boolean): Promise<void> {
  response.writeHead(200, {
    'content-type': contentTypeOf(file),
    'content-length': size,
    // The page is being developed: browsers must ask for it each time.
    'cache-control': 'no-cache',
  });
  if (withBody && size > 0) {
    await pipeline(createReadStream(file, { end: size - 1 }), response);
  } else {
    response.end();
  }
}

/**
 * Finds the file at a percent-encoded path in a folder, `index.html` for a path that ends with a slash. Rejects if there
 * is none, or if it is hidden or outside the folder, even through a symbolic link.
 *
 * @param root The folder, without symbolic links.
 */
async function findPage(root: string, path: string): Promise<Page> {
  const file = await realpath(join(root, ...partsOf(path)));
  const entry = await stat(file);
  // Reading a named pipe would wait for somebody to write to it.
  if (!isVisible(relative(root, file)) || !entry.isFile()) {
    throw new Error('The file is hidden, outside the folder or not a regular file');
  }
  return { file, size: entry.size };
}

/** Matches parts that lead to other folders, drives or streams, to hidden files, or that file systems refuse. */
const forbidden = /^\.|[/\\:\0]/u;

/** Decodes each part by itself, so that an encoded slash does not separate parts. */
function partsOf(path: string): readonly string[] {
  const [start, ...encoded] = path.split('/');
  const parts = encoded.map(decodeURIComponent);
  const named = parts.at(-1) === '' ? [...parts.slice(0, -1), 'index.html'] : parts;
  if (start !== '' || named.some((part) => part === '' || forbidden.test(part))) {
    throw new Error('The path cannot name a file');
  }
  return named;
}

/** Whether a path relative to a folder stays inside it and names nothing hidden; `..` counts as hidden. */
function isVisible(inside: string): boolean {
  return !/(?:^|[/\\])\./u.test(inside) && !isAbsolute(inside);
}

/** Returns the content type for a file name. Browsers download `application/octet-stream`, the default. */
function contentTypeOf(file: string): string {
  return contentTypes.get(extname(file).slice(1).toLowerCase()) ?? 'application/octet-stream';
}

const contentTypes: ReadonlyMap<string, string> = new Map([
  ['css', 'text/css; charset=utf-8'],
  ['gif', 'image/gif'],
  ['htm', 'text/html; charset=utf-8'],
  ['html', 'text/html; charset=utf-8'],
  ['ico', 'image/x-icon'],
  ['jpeg', 'image/jpeg'],
  ['jpg', 'image/jpeg'],
  ['js', 'text/javascript; charset=utf-8'],
  ['json', 'application/json'],
  ['map', 'application/json'],
  ['mjs', 'text/javascript; charset=utf-8'],
  ['mp3', 'audio/mpeg'],
  ['mp4', 'video/mp4'],
  ['pdf', 'application/pdf'],
  ['png', 'image/png'],
  ['svg', 'image/svg+xml'],
  ['ttf', 'font/ttf'],
  ['txt', 'text/plain; charset=utf-8'],
  ['wasm', 'application/wasm'],
  ['webmanifest', 'application/manifest+json'],
  ['webp', 'image/webp'],
  ['woff', 'font/woff'],
  ['woff2', 'font/woff2'],
  ['xml', 'application/xml'],
]);
