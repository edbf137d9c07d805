/*
 * Runs an example: `npm run example NAME`, where NAME is its number or a part of its name, such as 03 or retry, or the path
 * of any TypeScript file. Without NAME, it lists the examples and the questions that they answer.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [name, ...parameters] = process.argv.slice(2);
const folder = resolve(import.meta.dirname, '../examples');
const examples = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .sort();
const [file, ...others] = name === undefined ? [] : filesNamed(name);

if (name === undefined) {
  process.stdout.write(
    `npm run example NAME runs one of these; NAME is the number or a part of the name:\n\n${list(examples)}`,
  );
} else if (file === undefined) {
  refuse(`There is no example '${name}'. Give the number or a part of the name of one of these:\n\n${list(examples)}`);
} else if (others.length > 0) {
  refuse(`Several examples are named like '${name}':\n\n${list([file, ...others])}`);
} else {
  await run(file);
}

/** Finds the files for a name: the file at that path, or else examples that start with it, or else that contain it. */
function filesNamed(text) {
  if (text.endsWith('.ts') && statSync(text, { throwIfNoEntry: false })?.isFile()) {
    return [resolve(text)];
  }
  const wanted = text.toLowerCase().replace(/^\d$/u, '0$&');
  const beginning = examples.filter((example) => example.startsWith(wanted));
  const named = beginning.length > 0 ? beginning : examples.filter((example) => example.includes(wanted));
  return wanted === '' ? [] : named.map((example) => resolve(folder, example));
}

/** Runs a file in this process, so that it receives signals and sets the exit code. */
async function run(path) {
  const isSpec = path.endsWith('.spec.ts');
  process.argv.splice(1, process.argv.length, path, ...(isSpec ? ['--runTestsByPath', path] : []), ...parameters);
  if (isSpec) {
    createRequire(import.meta.url)('jest/bin/jest');
  } else {
    process.setSourceMapsEnabled(true);
    await import('./typescript.mjs');
    await import(pathToFileURL(path).href);
  }
}

function list(paths) {
  const rows = paths.map((path) => [path.replace(/^.*[\\/]/u, '').replace(/(?:\.spec)?\.ts$/u, ''), questionOf(path)]);
  const width = Math.max(...rows.map(([short]) => short.length));
  return rows.map(([short, question]) => `  ${short.padEnd(width)}  ${question}\n`).join('');
}

/** Returns the first line of a program's leading comment. */
function questionOf(path) {
  return /^\/\*+\s*\*?\s*(?<line>.+)/u.exec(readFileSync(resolve(folder, path), 'utf8'))?.groups.line ?? '';
}

function refuse(text) {
  process.stderr.write(text);
  process.exitCode = 2;
}
