import { posix } from 'node:path';
import { importsOf } from './imports-of.js';
import { exportedStatements, namesOf, type SourceFile } from './source-files.js';

/** The maximum number of lines in a file of `src/`; ESLint enforces the same number while a file is written. */
export const maxLines = 250;

/** Reports each file that is too long. */
export function checkLengths(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap(({ path, text }) => {
    const lines = text.replace(/\n$/u, '').split('\n').length;
    return lines > maxLines ? [`${path} has ${lines} lines; the maximum is ${maxLines}`] : [];
  });
}

/** Reports each name that several files declare and export. Names that differ in case are different names. */
export function checkNames(files: readonly SourceFile[]): readonly string[] {
  const declaredIn = new Map<string, Set<string>>();
  for (const file of files) {
    for (const name of exportedStatements(file).flatMap(namesOf)) {
      declaredIn.set(name, (declaredIn.get(name) ?? new Set()).add(file.path));
    }
  }
  return [...declaredIn]
    .filter(([, paths]) => paths.size > 1)
    .map(([name, paths]) => `${name} is declared in ${[...paths].sort().join(', ')}`);
}

/**
 * Reports import circles, type imports included: for each file the shortest one, unless a reported one contains the
 * file.
 */
export function checkCircles(files: readonly SourceFile[]): readonly string[] {
  const paths = new Set(files.map(({ path }) => path));
  const imports = new Map(
    files.map((file) => [file.path, importedPaths(file).filter((path) => paths.has(path))] as const),
  );
  const reported = new Set<string>();
  return [...paths].sort().flatMap((path) => {
    const circle = reported.has(path) ? undefined : shortestCircle(path, imports);
    circle?.forEach((member) => reported.add(member));
    return circle === undefined ? [] : [circle.join(' → ')];
  });
}

function importedPaths(file: SourceFile): readonly string[] {
  return importsOf(file)
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ specifier }) => posix.join(posix.dirname(file.path), specifier).replace(/\.js$/u, '.ts'));
}

/** The shortest way along imports from a file back to itself, found breadth-first. */
function shortestCircle(start: string, imports: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const ways: string[][] = [[start]];
  const seen = new Set<string>();
  for (const way of ways) {
    for (const next of imports.get(way.at(-1)!) ?? []) {
      if (next === start) {
        return [...way, start];
      }
      if (!seen.has(next)) {
        seen.add(next);
        ways.push([...way, next]);
      }
    }
  }
  return undefined;
}
