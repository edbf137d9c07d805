import { promptText, type UserContent } from '../../src/index.js';

describe('promptText', () => {
  it.each<[string, UserContent, string]>([
    ['a text as it is', 'Hi\nthere', 'Hi\nthere'],
    ['an empty list as an empty text', [], ''],
    [
      'parts of text on lines of their own, without other parts',
      [
        { type: 'text', text: 'What is this?' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
        { type: 'text', text: 'And that?' },
      ],
      'What is this?\nAnd that?',
    ],
  ])('returns %s', (_, prompt, text) => {
    expect(promptText(prompt)).toBe(text);
  });
});
