import { posix } from 'node:path';
import ts from 'typescript';
import { parse, type SourceFile } from './source-files.js';

/** An operator or a creation function of an entry and the files that show it. */
export interface Operator {
  readonly name: string;
  readonly source: SourceFile;
  /** `undefined` when there is no spec file of its name. */
  readonly spec: SourceFile | undefined;
}

/** The functions that `entry` re-exports and that are declared to return an operator or an Observable. */
export function operatorsOf(
  entry: SourceFile,
  read: (path: string) => SourceFile,
  readSpec: (path: string) => SourceFile | undefined,
): readonly Operator[] {
  return parse(entry).statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement) || !statement.exportClause || !ts.isNamedExports(statement.exportClause)) {
      return [];
    }
    const { moduleSpecifier, exportClause } = statement;
    if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) {
      return [];
    }
    const path = posix.normalize(moduleSpecifier.text).replace(/\.js$/u, '.ts');
    const source = read(path);
    return exportClause.elements
      .map((element) => element.name.text)
      .filter((name) => declarationsOf(source, name).some(returnsStream))
      .map((name) => ({ name, source, spec: readSpec(path.replace(/\.ts$/u, '.spec.ts')) }));
  });
}

/** What is missing from an operator's marbles, one sentence each. */
export function checkMarbles({ name, source, spec }: Operator): readonly string[] {
  const lines = documentedLines(source, name);
  if (lines.length === 0) {
    return [`${name}: the doc comment shows no marbles (a block that starts with \`\`\`text)`];
  }
  if (spec === undefined) {
    return [`${name}: has no spec of its name`];
  }
  const tested = new Set(stringsOf(spec));
  return lines.flatMap((line) => {
    const marble = marbleOf(line);
    if (marble === undefined) {
      return [`${name}: "${line}" is not "label: marble", three spaces, legend`];
    }
    return tested.has(compact(marble)) ? [] : [`${name}: ${spec.path} never uses the documented "${marble}"`];
  });
}

/** What the README lacks of an operator: a row of its table, and a line of marbles that its doc comment shows too. */
export function checkReadme({ name, source }: Operator, readme: string): readonly string[] {
  const section = readme.slice(readme.indexOf('## Operators'));
  const documented = new Set(documentedLines(source, name).map((line) => compact(marbleOf(line) ?? '')));
  const shown = new RegExp(`^${name} +(?<source>\\S+) +→ +(?<result>\\S+)`, 'mu').exec(section)?.groups;
  const marbles = shown === undefined ? [] : [shown.source, shown.result].map((marble) => compact(marble ?? ''));
  return [
    ...(new RegExp(`^\\|.*\`${name}\\(`, 'mu').test(section) ? [] : [`${name}: has no row in the README's table`]),
    ...(shown === undefined ? [`${name}: has no marbles in the README`] : []),
    ...marbles
      .filter((marble) => !documented.has(marble))
      .map((marble) => `${name}: its doc comment never shows the README's "${marble}"`),
  ];
}

function documentedLines(source: SourceFile, name: string): readonly string[] {
  return declarationsOf(source, name)
    .flatMap((node) => ts.getJSDocCommentsAndTags(node))
    .flatMap((comment) => blockLines(comment.getText()));
}

function marbleOf(line: string): string | undefined {
  return /^[\w ]+:\s+(?<marble>\S.*?)(?:\s{3,}.*)?$/u.exec(line)?.groups?.marble;
}

function declarationsOf(source: SourceFile, name: string): readonly ts.FunctionDeclaration[] {
  return parse(source)
    .statements.filter(ts.isFunctionDeclaration)
    .filter((declaration) => declaration.name?.text === name);
}

function returnsStream({ type }: ts.FunctionDeclaration): boolean {
  return /^(?:(?:MonoType)?OperatorFunction|Observable)\b/u.test(type?.getText() ?? '');
}

/** The lines inside the ```text blocks of a doc comment, without its asterisks. */
function blockLines(comment: string): readonly string[] {
  const text = comment.replace(/^[ \t]*\*\/?[ ]?/gmu, '');
  return [...text.matchAll(/^```text\n(?<lines>.*?)^```/gmsu)]
    .flatMap((block) => block.groups?.lines?.split('\n') ?? [])
    .map((line) => line.trim())
    .filter(Boolean);
}

/** Every string of a file, without the spaces that align marbles. */
function stringsOf(file: SourceFile): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) {
      found.push(compact(node.text));
    }
    ts.forEachChild(node, visit);
  };
  visit(parse(file));
  return found;
}

function compact(marble: string): string {
  return marble.replace(/ /gu, '');
}
