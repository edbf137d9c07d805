import { tap } from 'rxjs';
import * as z from 'zod/mini';
import { createId } from '../create-id.js';
import type { Handler } from '../http/exchange.js';
import { moderationModel } from '../http/model-routes.js';
import { readJson } from '../http/read-json.js';
import { sendJson } from '../http/send.js';
import { checkBody } from './check-body.js';

const someText = 'a string';
const imageUrl = z.looseObject({ url: z.string(someText) }, 'an object with a url');

const inputPart = z.discriminatedUnion(
  'type',
  [
    z.looseObject({ type: z.literal('text'), text: z.string(someText) }),
    z.looseObject({ type: z.literal('image_url'), image_url: imageUrl }),
  ],
  { error: (issue) => ('discriminator' in issue ? 'text or image_url' : 'a string or a part') },
);

const moderationsBody = z.looseObject(
  {
    input: z.union(
      [
        z.string(),
        z.array(z.string('a string, or a part in a list of parts')).check(z.minLength(1)),
        z.array(inputPart).check(z.minLength(1)),
      ],
      'a string, a non-empty list of strings, or a non-empty list of parts',
    ),
    model: z.nullish(z.string('the name of a model')),
  },
  'a JSON object',
);

/** The words and phrases that flag a text, by category. */
const words = {
  harassment: ['idiot', 'idiots', 'moron', 'morons', 'loser', 'losers', 'shut up'],
  'harassment/threatening': ['i will hurt you', 'i will kill you', 'you will regret this'],
  hate: ['subhuman', 'vermin', 'inferior race', 'go back to your country'],
  'hate/threatening': ['exterminate them', 'wipe them out'],
  illicit: ['cocaine', 'heroin', 'launder money', 'pick a lock', 'shoplift'],
  'illicit/violent': ['build a bomb', 'make a bomb', 'ghost gun'],
  'self-harm': ['suicide', 'self harm', 'kill myself', 'hurt myself'],
  'self-harm/intent': ['i want to die', 'kill myself', 'hurt myself'],
  'self-harm/instructions': ['how to kill myself', 'how to hurt myself'],
  sexual: ['porn', 'pornography', 'nude', 'nudes', 'erotic'],
  'sexual/minors': ['child porn', 'child pornography'],
  violence: ['kill', 'murder', 'stab', 'shoot', 'kill you', 'hurt you'],
  'violence/graphic': ['gore', 'dismember', 'disembowel'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

type Category = keyof typeof words;

const categories = Object.keys(words) as readonly Category[];

/** The categories for which images count. */
const imageCategories: readonly Category[] = [
  'self-harm',
  'self-harm/intent',
  'self-harm/instructions',
  'sexual',
  'violence',
  'violence/graphic',
];

/** Answers a request to `/moderations`, whatever model it names. The answer names the one that made it. */
export const answerModerations: Handler = ({ request, response, notes }) =>
  readJson(request).pipe(
    tap((value) => {
      const { input, model } = checkBody(moderationsBody, value);
      if (typeof model === 'string') {
        notes.model = model;
      }
      sendJson(response, { id: createId('modr-'), model: moderationModel, results: toInputs(input).map(judge) });
    }),
  );

interface ModerationInput {
  readonly text: string;
  readonly types: readonly ('text' | 'image')[];
}

/** Each string is an input; all parts together are one. */
function toInputs(input: z.infer<typeof moderationsBody>['input']): readonly ModerationInput[] {
  if (typeof input === 'string') {
    return [{ text: input, types: ['text'] }];
  }
  const texts = input.filter((part) => typeof part === 'string');
  if (texts.length > 0) {
    return texts.flatMap(toInputs);
  }
  const parts = input as readonly z.infer<typeof inputPart>[];
  return [
    {
      text: parts.map((part) => (part.type === 'text' ? part.text : '')).join('\n'),
      types: [...new Set(parts.map(({ type }) => (type === 'text' ? 'text' : 'image')))],
    },
  ];
}

/** Looks for the words of each category in the text; images are not looked at. */
function judge({ text, types }: ModerationInput): object {
  const plain = ` ${(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(' ')} `;
  const scores = categories.map((category) => {
    const found = words[category].filter((phrase) => plain.includes(` ${phrase} `)).length;
    return [category, found === 0 ? 0.0001 : 1 - 0.2 ** found] as const;
  });
  const flags = scores.map(([category, score]) => [category, score >= 0.5] as const);
  return {
    flagged: flags.some(([, isFlagged]) => isFlagged),
    categories: Object.fromEntries(flags),
    category_scores: Object.fromEntries(scores),
    category_applied_input_types: Object.fromEntries(
      categories.map((category) => [
        category,
        types.filter((type) => type === 'text' || imageCategories.includes(category)),
      ]),
    ),
  };
}
