import ts from 'typescript';
import { exportedStatements, namesOf, type SourceFile } from './source-files.js';

/** Reports each export of a file that has no doc comment. */
export function checkComments(file: SourceFile): readonly string[] {
  const exported = exportedStatements(file);
  const documented = new Set(exported.filter(hasDocComment).flatMap(namesOf));
  return exported
    .filter((statement) => !documented.has(schemaOf(statement) ?? ''))
    .flatMap(namesOf)
    .filter((name) => !documented.has(name))
    .map((name) => `${file.path}: ${name} has no doc comment`);
}

function hasDocComment(statement: ts.Statement): boolean {
  return ts.getJSDocCommentsAndTags(statement).some(ts.isJSDoc);
}

/** The schema in `interface Usage extends z.infer<typeof usage> {}`: one comment serves both. */
function schemaOf(statement: ts.Statement): string | undefined {
  return /extends z\.infer<typeof (\w+)>/u.exec(statement.getText())?.[1];
}
