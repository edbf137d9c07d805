import { chunksOf } from 'rxllm/testing';
import { calling } from '../../testing/calling';
import { openPage } from '../../testing/open-page';
import { useDocs } from '../../testing/use-docs';

const search = { name: 'search_docs', arguments: '{"query":"How do I cancel?"}' };

useDocs();

describe('what a server writes', () => {
  it.each([
    ['markup', '<img src=x onerror=alert(1)>', '{"query":"<b>bold</b>"}'],
    ['what is no JSON', 'search_docs', '{"query": <b>'],
    ['nothing', 'search_docs', ''],
    ['what no tool is called', 'x'.repeat(1_000_000), '{"a":"‮"}'],
  ])('is shown as text: %s', async (_, name, text) => {
    const page = await openPage({
      small: [{ body: calling('', { name, arguments: text }) }, { body: chunksOf('Well.') }],
    });
    await page.ask('How?');
    await page.pass(1000);
    if (page.names().includes('Approve')) {
      await page.click('Approve');
      await page.pass(1000);
    }

    expect(page.says('small')).toBe('Well.');
    expect(page.texts('.call :is(img, b)')).toEqual([]);
    expect(page.calls('small').join('').length).toBeLessThan(11_000);
  });

  it('is shown even if it is nested deeply', async () => {
    const text = `{"query":${'['.repeat(4900)}${']'.repeat(4900)}}`;
    const page = await openPage({
      small: [{ body: calling('', { ...search, arguments: text }) }, { body: chunksOf('Well.') }],
    });
    await page.ask('How?');
    await page.pass(1000);

    expect(page.calls('small')).toEqual([expect.stringMatching(/^search_docs failed Arguments .*\[\[/u)]);
    expect(page.says('small')).toBe('Well.');
  });

  it('is cut, and the page says how much is left out', async () => {
    const text = JSON.stringify({ query: `<b>${'x'.repeat(1_000_000)}` });
    const page = await openPage({ small: [{ body: calling('', { ...search, arguments: text }) }] });
    await page.ask('How?');
    await page.pass(100);

    const [card = ''] = page.calls('small');
    expect(card).toContain('Arguments (1,000,015 characters)');
    expect(card).toContain('990,015 characters more are not shown.');
    expect(card.length).toBeLessThan(11_000);
    expect(page.find<HTMLDetailsElement>('.call details').open).toBe(true);
  });
});
