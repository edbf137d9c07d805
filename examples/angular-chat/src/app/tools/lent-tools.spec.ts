import { chunksOf } from 'rxllm/testing';
import { calling } from '../../testing/calling';
import { openPage } from '../../testing/open-page';
import { useDocs } from '../../testing/use-docs';

const search = { name: 'search_docs', arguments: '{"query":"How do I cancel?"}' };
const time = { name: 'local_time', arguments: '{"zone":"Asia/Tokyo"}' };
const denied = 'The call of the tool "search_docs" was denied';

const read = useDocs();

describe('tool calls', () => {
  it('run unasked if the settings say so', async () => {
    const answers = { small: [{ body: calling('', time) }, { body: chunksOf('Nine.') }] };
    const page = await openPage(answers, undefined, { asksFirst: false });

    await page.ask('How late is it?');
    await page.pass(1000);

    expect(page.calls('small')).toEqual([expect.stringMatching(/^local_time done/u)]);
    expect(page.says('small')).toBe('Nine.');
  });

  it('are not offered if the settings say so, and not run if the model calls all the same', async () => {
    const answers = { small: [{ body: calling('', search) }, { body: chunksOf('Then not.') }] };
    const page = await openPage(answers, undefined, { lendsTools: false, asksFirst: false });

    await page.ask('How?');
    await page.pass(1000);

    expect(page.requests[0]?.json).not.toHaveProperty('tools');
    expect(page.calls('small')).toEqual([expect.stringMatching(/^search_docs failed .*was denied/u)]);
    expect(page.says('small')).toBe('Then not.');
    expect(read).not.toHaveBeenCalled();
  });

  it('can be turned off in the settings', async () => {
    HTMLDialogElement.prototype.showModal = vi.fn();
    HTMLDialogElement.prototype.close = vi.fn();
    const page = await openPage({ small: [{ body: chunksOf('One') }, { body: chunksOf('Two') }] });
    await page.ask('First');
    await page.pass(1000);
    await page.click('Settings');
    page.find('.switch input').click();
    await page.submit('dialog form');
    await page.ask('Second');
    await page.pass(1000);

    expect(page.kept).toMatchObject({ lendsTools: false, asksFirst: true });
    expect(page.requests.map(({ json }) => Object.hasOwn(json as object, 'tools'))).toEqual([true, false]);
  });

  it('are kept with their results, which the next request repeats', async () => {
    const first = await openPage({ small: [{ body: calling('Wait.', search) }, { body: chunksOf('So.') }] });
    await first.ask('How?');
    await first.pass(100);
    await first.click('Deny');
    await first.pass(1100);
    first.close();

    const page = await openPage({ small: [{ body: chunksOf('Well.') }] });
    expect(page.calls('small')).toEqual([expect.stringMatching(/^search_docs denied .*was denied$/u)]);
    expect(page.says('small')).toBe('Wait. | So.');
    await page.ask('And?');
    await page.pass(1100);

    expect(page.requests[0]?.json).toMatchObject({
      messages: [
        { role: 'user', content: 'How?' },
        { role: 'assistant', content: 'Wait.', tool_calls: [{ function: { name: 'search_docs' } }] },
        { role: 'tool', content: denied },
        { role: 'assistant', content: 'So.' },
        { role: 'user', content: 'And?' },
      ],
    });
    page.close();
    const again = await openPage({ small: [] });
    expect(again.texts('.call')[0]).toMatch(/^search_docs\s+denied/u);
  });

  it('that waited when the page was closed were stopped', async () => {
    const first = await openPage({ small: [{ body: calling('Wait.', search) }] });
    await first.ask('How?');
    await first.pass(1100);
    first.close();

    const page = await openPage({ small: [] });

    expect(page.calls('small')).toEqual([expect.stringMatching(/^search_docs stopped before it ran/u)]);
    expect(page.says('small')).toBe('Wait. | Stopped.');
    expect(page.names(page.answer('small'))).toEqual(['Regenerate']);
  });
});
