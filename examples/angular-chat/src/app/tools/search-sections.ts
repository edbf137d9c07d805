/** A section of a Markdown file. */
export interface Section {
  readonly title: string;
  readonly text: string;
}

/** How many sections a search returns, and how many characters of each. */
const maxSections = 3;
const maxSection = 1500;

/** Words of questions that tell nothing of their subject. */
const stopWords = new Set(
  'and are can does for from have how its not that the this use was what when where which why with you'.split(' '),
);

/** Splits Markdown at its headings. */
export function sectionsOf(markdown: string): readonly Section[] {
  const sections: { readonly title: string; readonly lines: string[] }[] = [];
  let isCode = false;
  for (const line of markdown.split('\n')) {
    isCode = line.startsWith('```') ? !isCode : isCode;
    const { title } = (isCode ? null : /^#+ (?<title>.*)/u.exec(line))?.groups ?? {};
    if (title === undefined) {
      sections.at(-1)?.lines.push(line);
    } else {
      sections.push({ title, lines: [] });
    }
  }
  return sections.map(({ title, lines }) => ({ title, text: withoutComments(lines.join('\n')).trim() }));
}

/**
 * Finds the sections that fit a question, as Markdown; empty if none fits. Rare words count more, and words of the title
 * count four times. What has less than half of the points of the best section is left out.
 */
export function searchSections(sections: readonly Section[], question: string): string {
  const indexed = sections.map((section) => ({
    section,
    title: wordsOf(section.title),
    words: wordsOf(`${section.title} ${section.text}`),
  }));
  const asked = [...wordsOf(question.slice(0, 1000))].map((word) => {
    const found = indexed.filter(({ words }) => words.has(word)).length;
    return { word, weight: Math.log((sections.length + 1) / (found + 1)) };
  });
  const results = indexed
    .map(({ section, title, words }) => ({
      section,
      points: asked
        .map(({ word, weight }) => weight * (title.has(word) ? 4 : words.has(word) ? 1 : 0))
        .reduce((sum, points) => sum + points, 0),
    }))
    .sort((one, other) => other.points - one.points);
  const best = results[0]?.points ?? 0;
  return results
    .slice(0, maxSections)
    .filter(({ points }) => points > 0 && points >= best / 2)
    .map(({ section: { title, text } }) => `# ${title}\n\n${shorten(text)}`)
    .join('\n\n');
}

function withoutComments(markdown: string): string {
  return markdown.replace(/^<!--[^]*?-->\n/gmu, '');
}

/** The words of a text, roughly without their endings: "requests" and "requested" are the same word. */
function wordsOf(text: string): ReadonlySet<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [];
  return new Set(
    words.filter((word) => !stopWords.has(word)).map((word) => word.replace(/(?<=...)(?:ing|ed|es|s|e)$/u, '')),
  );
}

/** Cuts a text, if possible after a paragraph. */
function shorten(text: string): string {
  if (text.length <= maxSection) {
    return text;
  }
  const end = text.lastIndexOf('\n\n', maxSection);
  return `${text.slice(0, end > 0 ? end : maxSection)}\n\n…`;
}
