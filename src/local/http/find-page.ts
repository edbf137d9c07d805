import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';

/** A file to send. */
export interface Page {
  /** Where it is, without symbolic links. */
  readonly file: string;
  /** Its size in bytes. */
  readonly size: number;
}

/** Parts of a path that name no file of ours: other folders, drives and streams, hidden files, and what systems refuse. */
const forbidden = /^\.|[/\\:\0]/u;

/**
 * Finds the file that a request's path names in a folder, `index.html` where it ends with a slash; `undefined` where there
 * is none. What is hidden, and what is outside the folder, also through a symbolic link, is not there.
 *
 * @param root The folder, without symbolic links.
 * @param path As it was sent, percent-encoded.
 */
export async function findPage(root: string, path: string): Promise<Page | undefined> {
  const parts = partsOf(path);
  if (parts === undefined) {
    return undefined;
  }
  try {
    const file = await realpath(join(root, ...parts));
    const found = await stat(file);
    return isVisible(relative(root, file)) && found.isFile() ? { file, size: found.size } : undefined;
  } catch {
    return undefined;
  }
}

/** Each part is decoded by itself, once, so that an encoded slash does not make two of it. */
function partsOf(path: string): readonly string[] | undefined {
  const [start, ...encoded] = path.split('/');
  try {
    const parts = encoded.map(decodeURIComponent);
    const named = parts.at(-1) === '' ? [...parts.slice(0, -1), 'index.html'] : parts;
    return start === '' && named.every((part) => part !== '' && !forbidden.test(part)) ? named : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a file is inside the folder it is relative to, which `..` leaves, and not hidden there. */
function isVisible(inside: string): boolean {
  return !/(?:^|[/\\])\./u.test(inside) && !isAbsolute(inside);
}
