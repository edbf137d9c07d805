import { connect, first, map, type OperatorFunction, pipe, scan, startWith, switchMap } from 'rxjs';
import { arrayItems, type JsonSchema, responseFormat, type StandardSchema, toObject } from '../../index.node.js';
import { UsageError } from '../errors.js';
import { prepareSchema } from './check-json.js';
import { readSchema } from './read-schema.js';

/** The options of an answer that is JSON. */
export interface SchemaOptions {
  /** The schema, or the name of its file. */
  readonly schema: string;
  /** Whether to print each item of a list as it completes instead of the whole. */
  readonly lines: boolean;
}

/** An answer that is JSON: what is asked of the model, and how its text is read. */
export interface JsonAnswer {
  readonly schema: JsonSchema;
  /** Whether the server is asked to hold the model to the schema. */
  readonly strict: boolean;
  /** Why it is not, as a sentence. */
  readonly notice: string | undefined;
  /** Converts the text of the answer to the JSON to print, which fits the schema. */
  readonly print: OperatorFunction<string, string>;
}

/** The property that holds an answer that is not an object: servers accept schemas of objects only. */
const wrapper = 'answer';

/**
 * Reads the schema of an answer. It is sent as strict if it can be, and every answer is checked in any case.
 *
 * @param indent The number of spaces by which to indent what is inside an object or a list; 0 prints one line.
 * @throws {UsageError} For a schema that is invalid, or has no list whose items could be printed.
 * @throws {CliError} When its file cannot be read.
 */
export function readJsonAnswer({ schema: source, lines }: SchemaOptions, indent: number): JsonAnswer {
  const schema = readSchema(source);
  const schemaOf = prepareSchema(schema);
  const isWrapped = schema['type'] !== 'object' && (schema['type'] !== undefined || schema['properties'] === undefined);
  const sent = isWrapped ? wrap(schema) : { type: 'object', ...schema };
  const problem = strictProblem(sent);
  return {
    schema: sent,
    strict: problem === undefined,
    notice: problem,
    print: pipe(
      lines ? readItems(schema, schemaOf) : readWhole(schemaOf(schema), isWrapped),
      map((value) => `${JSON.stringify(value, undefined, lines ? 0 : indent)}\n`),
    ),
  };
}

/** Returns why a schema cannot be sent as strict. */
function strictProblem(schema: JsonSchema): string | undefined {
  const because = (reason: string): string => `The server is not asked to enforce the schema, because ${reason}.`;
  if (schema['properties'] === undefined) {
    // Strict output would allow no property at all.
    return because('it lists no properties');
  }
  try {
    responseFormat(schema, 'answer');
    return undefined;
  } catch (error) {
    // The rest is advice for programmers.
    const [, reason = ''] = /^\w+: (.*?), which strict output/su.exec((error as TypeError).message) ?? [];
    return because(reason);
  }
}

function readWhole({ '~standard': standard }: StandardSchema, isWrapped: boolean): OperatorFunction<string, unknown> {
  // A server that ignores the schema may answer with the value alone.
  const unwrap = (value: unknown): unknown =>
    isWrapped && typeof value === 'object' && value !== null && wrapper in value ? value[wrapper] : value;
  return toObject({ '~standard': { ...standard, validate: (value) => standard.validate(unwrap(value)) } });
}

/** Emits each item of the only list of a schema: the schema itself, or its only property that is one. */
function readItems(schema: JsonSchema, schemaOf: (part: unknown) => StandardSchema): OperatorFunction<string, unknown> {
  const properties = Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>);
  const lists = [[wrapper, schema] as const, ...properties].filter(([, part]) => isList(part));
  const [list] = lists;
  if (list === undefined || lists.length > 1) {
    throw new UsageError(
      '--json-lines needs a --schema of type array, or of an object with one property of type array',
    );
  }
  const [name, { items = true }] = list;
  const itemsAt = (path: readonly string[]) => arrayItems(schemaOf(items), { path });
  return list[1] === schema ? atFirstBracket((bracket) => itemsAt(bracket === '[' ? [] : [name])) : itemsAt([name]);
}

/** Chooses how to read a text by its first bracket: a server that ignores the schema may answer with the list alone. */
function atFirstBracket<T>(choose: (bracket: string) => OperatorFunction<string, T>): OperatorFunction<string, T> {
  return connect((pieces) =>
    pieces.pipe(
      scan((start, piece) => start + piece),
      first((start) => /[[{]|^\s*[^\s`]/u.test(start), ''), // a Markdown fence may come before it
      switchMap((start) => pieces.pipe(startWith(start), choose(/[[{]/u.exec(start)?.[0] ?? ''))),
    ),
  );
}

/** Whether a schema is a list whose items all have one schema. */
function isList({ type, items, prefixItems }: JsonSchema): boolean {
  return type === 'array' && !Array.isArray(items) && prefixItems === undefined;
}

/** Puts a schema into that of an object with one property. What it defines stays at the root, as strict output demands. */
function wrap(schema: JsonSchema): JsonSchema {
  const moved = (key: string, value: unknown): unknown =>
    key === '$ref' && typeof value === 'string'
      ? value.replace(/^#(?=$|\/(?!(?:\$defs|definitions)\/))/u, `#/properties/${wrapper}`)
      : value;
  const { $defs, definitions, ...inner } = JSON.parse(JSON.stringify(schema, moved)) as JsonSchema;
  return {
    type: 'object',
    properties: { [wrapper]: inner },
    required: [wrapper],
    additionalProperties: false,
    ...($defs !== undefined && { $defs }),
    ...(definitions !== undefined && { definitions }),
  };
}
