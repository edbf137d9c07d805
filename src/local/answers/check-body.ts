import * as z from 'zod/mini';
import { LocalError } from '../http/local-error.js';

/**
 * Checks a request body against a schema whose error texts say what is expected. What does not fit is a `LocalError`
 * 400 that names the field, such as `messages[1].role`.
 */
export function checkBody<T>(schema: z.ZodMiniType<T>, body: unknown): T {
  const result = z.safeParse(schema, body);
  if (result.success) {
    return result.data;
  }
  const { path, expected } = furthest(result.error.issues[0]);
  const param = nameOf(path);
  const found = path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown>)[key], body);
  const field = param === '' ? 'The body' : `'${param}'`;
  throw new LocalError(
    400,
    found === undefined ? `${field} is missing: it must be ${expected}.` : `${field} must be ${expected}.`,
    { param: param === '' ? null : param, code: found === undefined ? 'missing_required_parameter' : 'invalid_value' },
  );
}

/** A union reports one list of issues for each alternative: the one that got furthest is the one that was meant. */
function furthest(issue: z.core.$ZodIssue | undefined): { path: readonly PropertyKey[]; expected: string } {
  const { path = [], message: expected = 'valid' } = issue ?? {};
  const [deepest] = (issue?.code === 'invalid_union' ? issue.errors : [])
    .map(([first]) => furthest(first))
    .filter((inner) => inner.path.length > 0)
    .sort((one, other) => other.path.length - one.path.length);
  return deepest ? { ...deepest, path: [...path, ...deepest.path] } : { path, expected };
}

function nameOf(path: readonly PropertyKey[]): string {
  return path
    .map((key, depth) => (typeof key === 'number' ? `[${key}]` : `${depth === 0 ? '' : '.'}${String(key)}`))
    .join('');
}
