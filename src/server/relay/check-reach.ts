import { isObject } from '../../util/is-object.js';
import { Refusal } from './refusal.js';

/** Fields of a body that reach into the account of the relay, unless they are `false` or `null`. */
const bodyFields = ['previous_response_id', 'conversation', 'prompt', 'background', 'store', 'web_search_options'];

/** Fields that do so wherever they stand. */
const fields = ['file_id', 'vector_store_ids', 'container'];

/** Fields of a file or a sound, in which OpenRouter and DashScope take an address, too. */
const dataFields = ['file_data', 'data'];

/** Types of tools that run on the model's server. */
const hostedTools = [
  'web_search',
  'web_search_preview',
  'file_search',
  'code_interpreter',
  'computer',
  'computer_use_preview',
  'image_generation',
  'mcp',
  'local_shell',
  'shell',
  'apply_patch',
  'tool_search',
];

/** What `allow` may name. `tools` stands for tools of any type. */
export const knownReaches: readonly string[] = [
  ...bodyFields,
  'audio.id',
  'item_reference',
  ...fields,
  'tools',
  ...hostedTools,
];

/** What holds text, or schemas of it. In the body itself also the format of the answer. */
const unread: ReadonlySet<string> = new Set(['parameters', 'metadata']);
const formats: ReadonlySet<string> = new Set(['response_format', 'text']);

/**
 * Checks that a body uses nothing of the account that all users of a relay share, and names no address that the model's server
 * would fetch other than by `https:`. Looks at every object in it, since servers add places where such fields may stand.
 *
 * @throws {Refusal} 400 naming the field.
 */
export function checkReach(body: Readonly<Record<string, unknown>>, allow: readonly string[]): void {
  const refused = bodyFields.find((name) => isSet(body[name]) && !allow.includes(name));
  if (refused !== undefined) {
    throw reaches(refused);
  }
  for (const [name, value] of Object.entries(body)) {
    if (!formats.has(name)) {
      checkField(name, value, name, allow);
    }
  }
  const { input } = body;
  if (Array.isArray(input) && !allow.includes('item_reference')) {
    const place = input.findIndex((item) => isObject(item) && !isWord(item['type']) && !isWord(item['role']));
    if (place !== -1) {
      throw reaches(`input[${place}]`);
    }
  }
}

function checkValue(value: unknown, path: string, allow: readonly string[]): void {
  if (Array.isArray(value)) {
    value.forEach((item, place) => {
      // A long list of numbers needs no paths.
      if (typeof item === 'object') {
        checkValue(item, `${path}[${place}]`, allow);
      }
    });
  } else if (isObject(value)) {
    if (value['type'] === 'item_reference' && !allow.includes('item_reference')) {
      throw reaches(`${path}.type`);
    }
    Object.entries(value).forEach(([name, field]) => checkField(name, field, `${path}.${name}`, allow));
  }
}

function checkField(name: string, value: unknown, path: string, allow: readonly string[]): void {
  if (unread.has(name)) {
    return;
  }
  if (fields.includes(name) && isSet(value) && !allow.includes(name)) {
    throw reaches(path);
  }
  if (name === 'audio' && isObject(value) && isSet(value['id']) && !allow.includes('audio.id')) {
    throw reaches(`${path}.id`);
  }
  if (name === 'tools' && isSet(value) && !allow.includes('tools')) {
    checkTools(value, path, allow);
  }
  if (name.endsWith('_url') || (dataFields.includes(name) && isAddress(value))) {
    checkAddress(value, path);
  }
  checkValue(value, path, allow);
}

function checkTools(tools: unknown, path: string, allow: readonly string[]): void {
  if (!Array.isArray(tools)) {
    throw refusal(path, 'must be a list of tools');
  }
  const allowed = ['function', 'custom', ...allow.filter((name) => hostedTools.includes(name))];
  const place = tools.findIndex((tool) => !isObject(tool) || !allowed.includes(undated(tool['type'])));
  if (place !== -1) {
    throw reaches(`${path}[${place}].type`);
  }
}

/** Removes the date of a version, as in `web_search_2025_08_26`. */
function undated(type: unknown): string {
  return typeof type === 'string' ? type.replace(/_\d{4}_\d{2}_\d{2}$/u, '') : '';
}

function isAddress(value: unknown): boolean {
  return typeof value === 'string' && /^\s*\w{1,32}:\/\//u.test(value);
}

/** Checks an address that is text or the `url` of an object. */
function checkAddress(value: unknown, path: string): void {
  const [address, place] = isObject(value) ? [value['url'], `${path}.url`] : [value, path];
  if (isSet(address) && !(typeof address === 'string' && /^(?:https:\/\/|data:)/iu.test(address))) {
    throw refusal(place, 'must be an address that begins with https: or data:');
  }
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false;
}

function isWord(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function reaches(path: string): Refusal {
  return refusal(path, 'reaches into the account that all users share, which is not allowed here');
}

function refusal(path: string, problem: string): Refusal {
  // Fields have the names that the caller gave them.
  const param = path.slice(0, 200);
  return new Refusal(400, `${param} ${problem}`, { param });
}
