import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import ts from 'typescript';

/** One TypeScript file. */
export interface SourceFile {
  /** Relative to `src/`, or to the root for files outside it, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export const root = join(__dirname, '../..');

let sourceFiles: readonly SourceFile[] | undefined;

/** Reads every TypeScript file of `src/`, once. */
export function readSourceFiles(): readonly SourceFile[] {
  sourceFiles ??= filesIn('src').map(({ path, text }) => ({ path: path.slice('src/'.length), text }));
  return sourceFiles;
}

/** Reads every spec of the package and of its examples. */
export function readSpecFiles(): readonly SourceFile[] {
  return [...filesIn('spec'), ...filesIn('examples')].filter(({ path }) => path.endsWith('.spec.ts'));
}

function filesIn(folder: string): readonly SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/(?:^|[\\/])node_modules[\\/]/u.test(name))
    .map((name) => ({
      path: `${folder}/${name.split(sep).join('/')}`,
      text: readFileSync(join(root, folder, name), 'utf8'),
    }));
}

const parsed = new WeakMap<SourceFile, ts.SourceFile>();

/** Parses one file, once. */
export function parse(file: SourceFile): ts.SourceFile {
  const known = parsed.get(file) ?? ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2022, true);
  parsed.set(file, known);
  return known;
}

/** The top-level declarations that a file exports; re-exports are not declarations. */
export function exportedStatements(file: SourceFile): readonly ts.Statement[] {
  return parse(file).statements.filter((statement) => {
    const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
    return modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword) ?? false;
  });
}

/** The names that a statement declares. */
export function namesOf(statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map((declaration) => declaration.name.getText());
  }
  const name = (statement as ts.DeclarationStatement).name?.getText();
  return name === undefined ? [] : [name];
}
