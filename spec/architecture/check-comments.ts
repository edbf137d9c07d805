import ts from 'typescript';
import { parse, type SourceFile } from './source-files.js';

/** The exports of a file that have no doc comment, one sentence each. */
export function checkComments(file: SourceFile): readonly string[] {
  const exported = parse(file).statements.filter(isExported);
  const documented = new Set(exported.filter(hasDocComment).flatMap(namesOf));
  return exported
    .filter((statement) => !documented.has(schemaOf(statement) ?? ''))
    .flatMap(namesOf)
    .filter((name) => !documented.has(name))
    .map((name) => `${file.path}: ${name} has no doc comment`);
}

function isExported(statement: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
  return modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

function hasDocComment(statement: ts.Statement): boolean {
  return ts.getJSDocCommentsAndTags(statement).some(ts.isJSDoc);
}

function namesOf(statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map((declaration) => declaration.name.getText());
  }
  const name = (statement as ts.DeclarationStatement).name?.getText();
  return name === undefined ? [] : [name];
}

/** The schema of `interface Usage extends z.infer<typeof usage> {}`: one comment serves the pair. */
function schemaOf(statement: ts.Statement): string | undefined {
  return /extends z\.infer<typeof (\w+)>/u.exec(statement.getText())?.[1];
}
