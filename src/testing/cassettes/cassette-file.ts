import { type Cassette, checkCassette } from './cassette.js';

/**
 * Reads a cassette from a file.
 *
 * @throws {Error} If the file cannot be read; `cause` has the reason.
 * @throws {TypeError} If it is not a cassette.
 */
export function readCassette(file: string | URL): Cassette {
  const { fs } = fileSystem();
  const text = attempt(`The cassette ${String(file)} cannot be read`, () => fs.readFileSync(file, 'utf8'));
  return checkCassette(parse(text, file), String(file));
}

/**
 * Writes a cassette to a file, and creates its folder if needed. The file is replaced atomically, so that no reader sees
 * half of it.
 *
 * @throws {Error} If the file cannot be written; `cause` has the reason.
 */
export function writeCassette(file: string | URL, cassette: Cassette): void {
  const { fs, path, url, id } = fileSystem();
  attempt(`The cassette ${String(file)} cannot be written`, () => {
    const target = typeof file === 'string' ? file : url.fileURLToPath(file);
    const draft = `${target}.${id}.tmp`;
    fs.mkdirSync(path.dirname(target), { recursive: true });
    try {
      fs.writeFileSync(draft, `${format(cassette, '')}\n`);
      fs.renameSync(draft, target);
    } catch (error) {
      fs.rmSync(draft, { force: true });
      throw error;
    }
  });
}

const maxWidth = 120;

/** Formats JSON for reading and diffs: what fits in a line, and each piece of a body, is one line. */
function format(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) {
    return JSON.stringify(value);
  }
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const items = Array.isArray(value)
    ? value.map((item) => format(item, inner))
    : Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([name, item]) => `${JSON.stringify(name)}: ${format(item, inner)}`);
  const line = items.length === 0 ? open + close : `${open} ${items.join(', ')} ${close}`;
  const isLeaf = Object.values(value).every((item) => typeof item !== 'object' || item === null);
  return isLeaf && (items.length < 3 || line.length <= maxWidth)
    ? line
    : `${open}\n${items.map((item) => inner + item).join(',\n')}\n${indent}${close}`;
}

function parse(text: string, file: string | URL): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The runtime's error would quote the text.
    throw new TypeError(`${String(file)} is not a cassette: it is not JSON`);
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

/** Looks up Node's modules when they are needed, because importing them would break this entry in a web page. */
function fileSystem() {
  const { process } = globalThis as { readonly process?: Partial<NodeJS.Process> };
  const load = process?.getBuiltinModule;
  if (load === undefined) {
    throw new Error(
      'There is no file system here: take the cassette from its recorder, and pass the data to replayCassette',
    );
  }
  return { fs: load('node:fs'), path: load('node:path'), url: load('node:url'), id: process?.pid ?? 0 };
}
