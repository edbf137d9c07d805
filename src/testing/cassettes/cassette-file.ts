import type { Cassette } from '../cassette.js';
import { checkCassette } from './check-cassette.js';
import { formatCassette } from './format-cassette.js';

/**
 * Reads a cassette from its file.
 *
 * @throws {Error} When the file cannot be read; `cause` says why.
 * @throws {TypeError} When it holds no JSON, or none of a cassette.
 */
export function readCassette(file: string | URL): Cassette {
  const { fs } = fileSystem();
  const text = attempt(`The cassette ${String(file)} cannot be read`, () => fs.readFileSync(file, 'utf8'));
  return checkCassette(parse(text, file), String(file));
}

/**
 * Writes a cassette to its file, whose folder is made where there is none. The file is replaced as a whole, so that nobody
 * ever reads half of one.
 *
 * @throws {Error} When it cannot be written; `cause` says why.
 */
export function writeCassette(file: string | URL, cassette: Cassette): void {
  const { fs, path, url, id } = fileSystem();
  attempt(`The cassette ${String(file)} cannot be written`, () => {
    const target = typeof file === 'string' ? file : url.fileURLToPath(file);
    const draft = `${target}.${id}.tmp`;
    fs.mkdirSync(path.dirname(target), { recursive: true });
    try {
      fs.writeFileSync(draft, formatCassette(cassette));
      fs.renameSync(draft, target);
    } catch (error) {
      fs.rmSync(draft, { force: true });
      throw error;
    }
  });
}

function parse(text: string, file: string | URL): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The runtime's error quotes the text.
    throw new TypeError(`${String(file)} is no cassette: it holds no JSON`);
  }
}

function attempt<T>(failure: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    const { code } = cause as { readonly code?: unknown };
    throw new Error(typeof code === 'string' ? `${failure} (${code})` : failure, { cause });
  }
}

/** Node's modules, looked up when they are needed: an import would keep pages from loading this entry. */
function fileSystem() {
  const { process } = globalThis as { readonly process?: Partial<NodeJS.Process> };
  const load = process?.getBuiltinModule;
  if (load === undefined) {
    throw new Error(
      'There are no files here: take the cassette from its recorder, and give its data to replayCassette',
    );
  }
  return { fs: load('node:fs'), path: load('node:path'), url: load('node:url'), id: process?.pid ?? 0 };
}
