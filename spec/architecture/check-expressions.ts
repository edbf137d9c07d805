import ts from 'typescript';
import { parse, type SourceFile } from './source-files.js';

/**
 * The regular expressions of a file whose time may grow faster than their text: those that repeat without end what itself
 * repeats without end. Expressions put together from text cannot be read here, so each of those is one, too.
 */
export function repeatedRepetitions(file: SourceFile): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node) && repeatsRepetition(node.text)) {
      found.push(`${file.path}: ${node.text}`);
    } else if (ts.isNewExpression(node) && node.expression.getText() === 'RegExp') {
      found.push(`${file.path}: ${node.getText()}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(parse(file));
  return found;
}

/** Whether a group that holds `*`, `+` or `{n,}` is itself followed by one. */
function repeatsRepetition(literal: string): boolean {
  const plain = literal.replaceAll(/\\./gu, 'x').replaceAll(/\[[^\]]*\]/gu, 'x');
  const groups: boolean[] = [false];
  for (const [token] of plain.matchAll(/\(\??|\)(?:[*+]|\{\d+,\})?|[*+]|\{\d+,\}/gu)) {
    if (token.startsWith('(')) {
      groups.push(false);
      continue;
    }
    const isRepeated = token !== ')';
    const holdsRepetition = token.startsWith(')') && groups.pop() === true;
    if (token.startsWith(')') && isRepeated && holdsRepetition) {
      return true;
    }
    groups[groups.length - 1] ||= isRepeated || holdsRepetition;
  }
  return false;
}
