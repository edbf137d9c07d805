import { searchSections, sectionsOf } from './search-sections';

const file = `# Title
Words before.

## Retry on rate limits
<!-- a note -->
Retries wait as long as the server asks.
\`\`\`sh
# This is no heading
npm start
\`\`\`

### Cancel
Unsubscribe, and the request is aborted.

## Requests
Each subscription is a request.
`;

describe('sectionsOf', () => {
  it('splits Markdown at its headings, but not in code', () => {
    expect(sectionsOf(file)).toEqual([
      { title: 'Title', text: 'Words before.' },
      {
        title: 'Retry on rate limits',
        text: 'Retries wait as long as the server asks.\n```sh\n# This is no heading\nnpm start\n```',
      },
      { title: 'Cancel', text: 'Unsubscribe, and the request is aborted.' },
      { title: 'Requests', text: 'Each subscription is a request.' },
    ]);
  });
});

describe('searchSections', () => {
  it('finds the section that a question is about', () => {
    expect(searchSections(sectionsOf(file), 'How can I cancel this?')).toBe(
      '# Cancel\n\nUnsubscribe, and the request is aborted.',
    );
  });

  it('finds other forms of a word, and titles first', () => {
    const found = searchSections(sectionsOf(file), 'requested');

    expect(found.startsWith('# Requests\n')).toBe(true);
  });

  it.each(['the weather', '', 'how', '* ( [ \\'])('finds nothing for %j', (question) => {
    expect(searchSections(sectionsOf(file), question)).toBe('');
  });

  it('cuts a long section after a paragraph, and a paragraph that is too long itself', () => {
    const long = sectionsOf(`# Long\n${'word '.repeat(100)}\n\n${'word '.repeat(300)}\n`);
    const longer = sectionsOf(`# Long\n${'x'.repeat(5000)}\n`);

    expect(searchSections([...long, ...sectionsOf(file)], 'long')).toBe(`# Long\n\n${'word '.repeat(100)}\n\n…`);
    expect(searchSections([...longer, ...sectionsOf(file)], 'long')).toBe(`# Long\n\n${'x'.repeat(1500)}\n\n…`);
  });
});
