import * as z from 'zod/mini';
import { LocalError } from '../http/local-error.js';

/**
 * Checks a request body against a schema, whose error texts complete the sentence "it must be". Throws a `LocalError` 400
 * that names the first invalid field, such as `messages[1].role`.
 *
 * @param at The path of `body`, if it is a part of the whole body.
 */
export function checkBody<T>(schema: z.ZodMiniType<T>, body: unknown, at: readonly PropertyKey[] = []): T {
  const result = z.safeParse(schema, body);
  if (result.success) {
    return result.data;
  }
  const { path, expected } = problemOf(result.error.issues[0]);
  const param = nameOf([...at, ...path]);
  const found = path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown>)[key], body);
  const field = param === '' ? 'The body' : `'${param}'`;
  throw new LocalError(
    400,
    found === undefined ? `${field} is missing: it must be ${expected}.` : `${field} must be ${expected}.`,
    { param: param === '' ? null : param, code: found === undefined ? 'missing_required_parameter' : 'invalid_value' },
  );
}

/** Finds the problem an issue is about. A union has issues for each alternative: the deepest is in the one that was meant. */
function problemOf(issue: z.core.$ZodIssue | undefined): { path: readonly PropertyKey[]; expected: string } {
  const { path = [], message: expected = 'valid' } = issue ?? {};
  const [deepest] = (issue?.code === 'invalid_union' ? issue.errors : [])
    .map(([first]) => problemOf(first))
    .filter((inner) => inner.path.length > 0)
    .sort((one, other) => other.path.length - one.path.length);
  return deepest ? { ...deepest, path: [...path, ...deepest.path] } : { path, expected };
}

function nameOf(path: readonly PropertyKey[]): string {
  return path
    .map((key, depth) => (typeof key === 'number' ? `[${key}]` : `${depth === 0 ? '' : '.'}${String(key)}`))
    .join('');
}
