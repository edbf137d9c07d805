import type { Passage } from './passage.js';
import { shorten } from './shorten.js';

const introduction =
  'I am not a language model: I search the documentation of rxllm, and quote what fits your question.';

/** How many passages an answer quotes, and how many characters of each. */
const mostPassages = 3;
const longestPassage = 2500;

/**
 * An answer: an introduction that says what is speaking, and the best passages, each with its source. When none was
 * found it says so, and suggests questions that find something.
 *
 * @param found What fits the question, the best first.
 * @param all The whole documentation.
 */
export function writeAnswer(found: readonly Passage[], all: readonly Passage[]): string {
  const rest = found.length === 0 ? ['Nothing in it fits your question.', ...suggest(all)] : pick(found).map(quote);
  return [introduction, ...rest].join('\n\n');
}

/** The best passages; an example that fits gets a place among them, since a program says more than another section. */
function pick(passages: readonly Passage[]): readonly Passage[] {
  const best = passages.slice(0, mostPassages);
  const example = passages.find(({ kind }) => kind === 'example');
  return example === undefined || best.includes(example) ? best : [...best.slice(0, mostPassages - 1), example];
}

function quote({ source, blocks }: Passage): string {
  return `**${source}**\n\n${shorten(blocks, longestPassage)}`;
}

/** The questions that examples answer, or what sections are about. */
function suggest(passages: readonly Passage[]): readonly string[] {
  const titles = passages.map(({ title }) => title);
  const questions = titles.filter((title) => title.endsWith('?'));
  const suggestions = (questions.length > 0 ? questions : titles).slice(0, mostPassages);
  return suggestions.length === 0
    ? []
    : [`Try one of these:\n\n${suggestions.map((title) => `- ${title}`).join('\n')}`];
}
