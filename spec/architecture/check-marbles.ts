import { posix } from 'node:path';
import ts from 'typescript';
import { parse, type SourceFile } from './source-files.js';

/** An operator or creation function of an entry, with its source and spec. */
export interface Operator {
  readonly name: string;
  readonly source: SourceFile;
  /** The spec named after the operator, or else after its source file. */
  readonly spec: SourceFile | undefined;
}

/**
 * Finds the functions that `entry` re-exports and whose declared return type is an operator or an Observable.
 *
 * @param readSpec Reads a spec by its path in `spec/`; returns `undefined` when there is none.
 */
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
      .map((name) => {
        const fileName = name.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`);
        const specs = [`${posix.dirname(path)}/${fileName}.spec.ts`, path.replace(/\.ts$/u, '.spec.ts')];
        return { name, source, spec: readSpec(specs[0]!) ?? readSpec(specs[1]!) };
      });
  });
}

/** Reports marble diagrams that an operator's doc comment lacks or its spec does not use. */
export function checkMarbles({ name, source, spec }: Operator): readonly string[] {
  const lines = documentedLines(source, name);
  if (lines.length === 0) {
    return [`${name}: the doc comment has no marble diagram (a block that starts with \`\`\`text)`];
  }
  if (spec === undefined) {
    return [`${name}: has no spec file`];
  }
  const tested = new Set(stringsOf(spec));
  return lines.flatMap((line) => {
    const marble = marbleOf(line);
    if (marble === undefined) {
      return [`${name}: "${line}" is not of the form "label: marble", three spaces, legend`];
    }
    return tested.has(compact(marble)) ? [] : [`${name}: ${spec.path} never uses the documented "${marble}"`];
  });
}

/** Reports what the README lacks: a table row for an operator, and a marble line that its doc comment contains too. */
export function checkReadme({ name, source }: Operator, readme: string): readonly string[] {
  const section = readme.slice(readme.indexOf('## Operators'));
  const documented = new Set(documentedLines(source, name).map((line) => compact(marbleOf(line) ?? '')));
  const shown = new RegExp(`^${name} +(?<source>\\S+) +→ +(?<result>\\S+)`, 'mu').exec(section)?.groups;
  const marbles = shown === undefined ? [] : [shown.source, shown.result].map((marble) => compact(marble ?? ''));
  return [
    ...(new RegExp(`^\\|.*\`${name}\\(`, 'mu').test(section) ? [] : [`${name}: has no row in the README's table`]),
    ...(shown === undefined ? [`${name}: has no marble line in the README`] : []),
    ...marbles
      .filter((marble) => !documented.has(marble))
      .map((marble) => `${name}: its doc comment does not contain the README's "${marble}"`),
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

/** Returns the lines inside the ```text blocks of a doc comment, without its asterisks. */
function blockLines(comment: string): readonly string[] {
  const text = comment.replace(/^[ \t]*\*\/?[ ]?/gmu, '');
  return [...text.matchAll(/^```text\n(?<lines>.*?)^```/gmsu)]
    .flatMap((block) => block.groups?.lines?.split('\n') ?? [])
    .map((line) => line.trim())
    .filter(Boolean);
}

/** Returns every string of a file, without the spaces that align marbles. */
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
