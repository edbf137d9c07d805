import ts from 'typescript';
import { parse, type SourceFile } from './source-files.js';

/**
 * Finds the regular expressions of a file that may backtrack catastrophically: those with an unbounded repetition
 * inside an unbounded repetition. Expressions built at run time cannot be checked here, so all of them are included.
 */
export function nestedRepetitions(file: SourceFile): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node) && nestsRepetitions(node.text)) {
      found.push(`${file.path}: ${node.text}`);
    } else if (ts.isNewExpression(node) && node.expression.getText() === 'RegExp') {
      found.push(`${file.path}: ${node.getText()}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(parse(file));
  return found;
}

/** Whether a group that contains `*`, `+` or `{n,}` is itself followed by one. */
function nestsRepetitions(literal: string): boolean {
  const plain = literal.replaceAll(/\\./gu, 'x').replaceAll(/\[[^\]]*\]/gu, 'x');
  const groups: boolean[] = [false];
  for (const [token] of plain.matchAll(/\(\??|\)(?:[*+]|\{\d+,\})?|[*+]|\{\d+,\}/gu)) {
    if (token.startsWith('(')) {
      groups.push(false);
      continue;
    }
    const isRepeated = token !== ')';
    const containsRepetition = token.startsWith(')') && groups.pop() === true;
    if (token.startsWith(')') && isRepeated && containsRepetition) {
      return true;
    }
    groups[groups.length - 1] ||= isRepeated || containsRepetition;
  }
  return false;
}
