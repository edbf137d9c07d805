import type { JsonSchema } from '../../index.node.js';
import { UsageError } from '../errors.js';
import { readFile } from '../read-file.js';
import { oneLine } from '../terminal/text.js';

/**
 * Reads the value of `--schema`: a JSON schema, or the name of a file that contains one.
 *
 * @throws {UsageError} When that is not a JSON schema.
 * @throws {CliError} When the file cannot be read.
 */
export function readSchema(value: string): JsonSchema {
  const schema = parse(value.trim().startsWith('{') ? value : readFile(value, 'schema'));
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    throw new UsageError('--schema must be a JSON schema that is an object, such as {"type":"object"}');
  }
  return schema as JsonSchema;
}

function parse(text: string): unknown {
  try {
    // Some editors begin a file with a byte order mark.
    return JSON.parse(text.replace(/^\uFEFF/u, ''));
  } catch (error) {
    throw new UsageError(`--schema is not JSON: ${oneLine((error as Error).message)}`);
  }
}
