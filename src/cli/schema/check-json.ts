import { dereference, type OutputUnit, type Schema, type SchemaDraft, validate } from '@cfworker/json-schema';
import type { JsonSchema, StandardSchema } from '../../index.node.js';
import { UsageError } from '../errors.js';
import { oneLine } from '../terminal/text.js';
import { checkKeywords } from './check-keywords.js';

const olderDrafts: Readonly<Record<string, SchemaDraft>> = {
  'draft-04': '4',
  'draft-06': '7',
  'draft-07': '7',
  '2019-09': '2019-09',
};

/**
 * Prepares a JSON schema for validation, by the draft that it names or else by that of 2020-12. The result makes a schema
 * that validates values of the whole or of any part of it.
 *
 * @throws {UsageError} For references to what is not in the schema, and for invalid patterns.
 */
export function prepareSchema(root: JsonSchema): (part: unknown) => StandardSchema {
  const parts = findParts(root);
  const [named = ''] = /draft-0\d|2019-09/u.exec(String(root['$schema'])) ?? [];
  const draft = olderDrafts[named] ?? '2020-12';
  return (part) => ({
    '~standard': {
      version: 1,
      vendor: 'json-schema',
      validate: (value) => {
        const { valid, errors } = validate(value, part as Schema | boolean, draft, parts);
        return valid ? { value } : { issues: leaves(errors).map(toIssue) };
      },
    },
  });
}

/** Finds the parts that a reference may name, by their address. */
function findParts(root: JsonSchema): Record<string, Schema | boolean> {
  try {
    checkKeywords(root);
    const parts = dereference(root);
    Object.values(parts).forEach((part) => checkPart(part, parts));
    return parts;
  } catch (error) {
    throw error instanceof UsageError
      ? error
      : new UsageError(`--schema is invalid: ${oneLine((error as Error).message)}`);
  }
}

function checkPart(part: Schema | boolean, parts: Record<string, unknown>): void {
  const {
    $ref,
    __absolute_ref__: address,
    pattern = '',
    patternProperties = {},
  } = typeof part === 'object' ? part : {};
  if ($ref !== undefined && parts[address ?? $ref] === undefined) {
    throw new UsageError(`--schema refers to ${oneLine($ref)}, which it does not contain`);
  }
  // Throws for one that is not valid.
  [pattern, ...Object.keys(patternProperties)].forEach((text) => new RegExp(text, 'u'));
}

/** The errors that no other error explains. */
function leaves(errors: readonly OutputUnit[]): readonly OutputUnit[] {
  return errors.filter(
    ({ keyword, keywordLocation }) =>
      keyword !== 'false' && !errors.some((other) => other.keywordLocation.startsWith(`${keywordLocation}/`)),
  );
}

function toIssue({ instanceLocation, error }: OutputUnit) {
  const path = instanceLocation
    .split('/')
    .slice(1)
    .map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^\d+$/u.test(step) ? Number(step) : step));
  return { path, message: error.replace(/\.$/u, '') };
}
