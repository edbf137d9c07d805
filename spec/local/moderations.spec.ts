import { post, useLocalServer, type Fields } from './local-server.js';

describe('moderations', () => {
  interface Result {
    readonly flagged: boolean;
    readonly categories: Readonly<Record<string, boolean>>;
    readonly category_scores: Readonly<Record<string, number>>;
    readonly category_applied_input_types: Readonly<Record<string, readonly string[]>>;
  }

  const url = useLocalServer();
  const send = (fields: Fields): Promise<Response> => post(`${url()}/moderations`, fields);
  const moderate = async (input: unknown): Promise<readonly Result[]> =>
    ((await (await send({ input })).json()) as { results: readonly Result[] }).results;
  const flagsOf = ({ categories }: Result): string[] => Object.keys(categories).filter((name) => categories[name]);
  const names = [
    'harassment',
    'harassment/threatening',
    'hate',
    'hate/threatening',
    'illicit',
    'illicit/violent',
    'self-harm',
    'self-harm/instructions',
    'self-harm/intent',
    'sexual',
    'sexual/minors',
    'violence',
    'violence/graphic',
  ];

  it('have the shape of real ones, and say what made them', async () => {
    const answer = (await (await send({ input: 'Good morning', model: 'omni-moderation-latest' })).json()) as {
      results: [Result];
    };
    const [result] = answer.results;

    expect(answer).toEqual({
      id: expect.stringMatching(/^modr-[0-9a-f]{32}$/u) as string,
      model: 'word-lists',
      results: [result],
    });
    expect(result.flagged).toBe(false);
    for (const field of ['categories', 'category_scores', 'category_applied_input_types'] as const) {
      expect(Object.keys(result[field]).sort()).toEqual(names);
    }
    expect(flagsOf(result)).toEqual([]);
    expect(Math.max(...Object.values(result.category_scores))).toBeLessThan(0.01);
    expect(await (await fetch(`${url()}/models/word-lists`)).json()).toMatchObject({
      description: 'Moderation by a short list of words per category, for trying things without a model.',
    });
  });

  it.each([
    ['You are an IDIOT!', ['harassment']],
    ['I will kill you.', ['harassment/threatening', 'violence']],
    ['how to make a bomb', ['illicit/violent']],
    ['They sell cocaine', ['illicit']],
    ['I want to die', ['self-harm/intent']],
    ['a skillful painter', []],
  ])('flag %j by its words', async (text, expected) => {
    const [result] = await moderate(text);

    expect(flagsOf(result!).sort()).toEqual(expected);
    expect(result!.flagged).toBe(expected.length > 0);
    expect(result).toEqual((await moderate(text))[0]);
    for (const category of expected) {
      expect(result!.category_scores[category]).toBeGreaterThan(0.5);
      expect(result!.category_scores[category]).toBeLessThan(1);
    }
  });

  it('have a result for each of several texts', async () => {
    const results = await moderate(['Good morning', 'What an idiot', '']);

    expect(results.map(({ flagged }) => flagged)).toEqual([false, true, false]);
  });

  it('have one result for all parts, which says where images counted', async () => {
    const [result, ...others] = await moderate([
      { type: 'text', text: 'Murder!' },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
    ]);

    expect(others).toEqual([]);
    expect(flagsOf(result!)).toEqual(['violence']);
    expect(result!.category_applied_input_types).toMatchObject({ violence: ['text', 'image'], hate: ['text'] });
  });

  const missing = 'missing_required_parameter';
  const invalid = 'invalid_value';

  it.each<[string, unknown, string, string | null, string]>([
    ['a list', [], 'The body must be a JSON object', null, invalid],
    ['a missing input', {}, "'input' is missing: it must be a string", 'input', missing],
    ['a number', { input: 4 }, 'a string, a non-empty list', 'input', invalid],
    ['an empty list', { input: [] }, 'a non-empty list', 'input', invalid],
    ['a list with a number', { input: ['a', 4] }, 'a string, or a part', 'input[1]', invalid],
    ['a part without text', { input: [{ type: 'text' }] }, 'a string', 'input[0].text', missing],
    ['a part of an unknown type', { input: [{ type: 'video' }] }, 'text or image_url', 'input[0].type', invalid],
    ['a number for the model', { input: 'a', model: 4 }, 'the name of a model', 'model', invalid],
  ])('are refused for %s, and the error names the field', async (_, body, message, param, code) => {
    const response = await post(`${url()}/moderations`, body);

    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: { message: expect.stringContaining(message) as string, type: 'invalid_request_error', param, code },
    });
  });
});
