import type { Observable } from 'rxjs';
import {
  type JsonSchema,
  type SchemaSource,
  type StandardJsonSchema,
  type StandardSchema,
} from '../schemas/json-schema.js';
import type { ToolCall } from '../schemas/message.js';
import { checkName, sentSchema } from '../schemas/response-format.js';
import { check, checkConfig, checkFunction } from '../util/check.js';
import { type ParsedArguments, readCallArguments } from './read-call-arguments.js';

/** What a tool is told besides its arguments. */
export interface ToolContext {
  readonly call: ToolCall;
  /** The turn of the run, from 0. */
  readonly turn: number;
  /** Aborts when the result is no longer wanted. */
  readonly signal: AbortSignal;
}

/** The type of a tool's arguments: what its schema gives. With a plain JSON schema they are any object, to be annotated. */
export type ToolArguments<Schema> = Schema extends StandardSchema<unknown, infer Arguments> ? Arguments : object;

/** A tool as {@link tool} takes it. */
export interface ToolConfig<Schema> {
  /** 1 to 64 letters, digits, underscores and hyphens. */
  readonly name: string;
  /** Tells the model what the tool does and when to use it. */
  readonly description?: string | undefined;
  /** A zod schema (classic or mini), one with Standard JSON Schema, or a plain JSON schema. */
  readonly parameters: Schema;
  /** Whether the server holds the model to the schema, which is then rewritten as by `responseFormat`. Defaults to false. */
  readonly strict?: boolean | undefined;
  /**
   * Gives the result: an Observable or async iterable, whose values are progress and whose last one is the result, or any
   * other value; or a Promise of either. A method, so that with a plain JSON schema the arguments may be annotated.
   */
  run(args: ToolArguments<Schema>, context: ToolContext): unknown;
}

/** A tool that the model can call, and that can run. */
export interface RunnableTool {
  readonly name: string;
  readonly description: string | undefined;
  /** The JSON schema that is sent. */
  readonly parameters: JsonSchema;
  readonly strict: boolean;
  /** Parses the arguments of a call, and validates them; emits once, at once unless the schema is asynchronous. */
  readonly parse: (text: string) => Observable<ParsedArguments>;
  /** Runs the tool with arguments that {@link parse} gave. */
  readonly run: (args: unknown, context: ToolContext) => unknown;
}

/**
 * Creates a tool that the model can call. The arguments of `run` have the type that `parameters` gives, without an
 * annotation; they are validated before.
 *
 * ```ts
 * const weather = tool({
 *   name: 'weather',
 *   description: 'Tells the weather in a city',
 *   parameters: z.object({ city: z.string() }),
 *   run: ({ city }) => forecast(city),
 * });
 * ```
 *
 * @throws TypeError for an invalid or unknown field, and for a schema without JSON schema.
 */
export function tool<Schema extends StandardSchema | StandardJsonSchema | JsonSchema>(
  config: ToolConfig<Schema>,
): RunnableTool {
  checkConfig('tool', config, ['name', 'description', 'parameters', 'strict', 'run']);
  const { name, description, strict = false } = config;
  checkName('a tool', name);
  const owner = `tool "${name}"`;
  check(description === undefined || typeof description === 'string', 'description', 'a string', description);
  check(typeof strict === 'boolean', 'strict', 'true or false', strict);
  checkFunction(`${owner}: run`, (config as { readonly run?: unknown }).run);
  const schema: SchemaSource = config.parameters;
  const parameters = sentSchema(owner, schema, strict);
  if (parameters['type'] !== 'object') {
    throw new TypeError(`${owner}: parameters must be the schema of an object, such as z.object({ value: … })`);
  }
  return Object.freeze({
    name,
    description,
    parameters,
    strict,
    parse: (text: string) => readCallArguments(schema, text),
    run: (args: unknown, context: ToolContext) => config.run(args as ToolArguments<Schema>, context),
  });
}
