import { chunksOf } from 'rxllm/testing';
import { calling } from '../../testing/calling';
import { openPage } from '../../testing/open-page';
import { paced } from '../../testing/slowly';
import { found, useDocs } from '../../testing/use-docs';

const search = { name: 'search_docs', arguments: '{"query":"How do I cancel?"}' };
const time = { name: 'local_time', arguments: '{"zone":"Asia/Tokyo"}' };
const denied = 'The call of the tool "search_docs" was denied';

const read = useDocs();

describe('a tool call', () => {
  it('waits for approval, runs, and the reply goes on below it', async () => {
    const page = await openPage({
      small: [{ body: calling('Let me look.', search) }, { body: chunksOf('By unsubscribing.') }],
    });

    await page.ask('How?');
    await page.pass(100);
    expect(page.calls('small')).toEqual([
      'search_docs waits for your approval { "query": "How do I cancel?" } Approve Deny',
    ]);
    expect(page.texts('[role=status] p')).toEqual(['small wants to call search_docs.']);
    expect(read).not.toHaveBeenCalled();

    await page.click('Approve');
    await page.pass(1000);

    expect(page.calls('small')).toEqual([
      expect.stringMatching(/^search_docs done .* Result \(68 characters\) # Stream an answer/u),
    ]);
    expect(page.says('small')).toBe('Let me look. | By unsubscribing.');
    expect(page.find('.call').compareDocumentPosition(page.find('.call ~ *, chat-tool-call ~ .markdown'))).toBe(
      Node.DOCUMENT_POSITION_FOLLOWING,
    );
    expect(page.texts('[role=status] p')).toEqual(['small answered: Let me look.\nBy unsubscribing.']);
    expect(page.requests[1]?.json).toMatchObject({
      messages: [{ role: 'user' }, { role: 'assistant' }, { role: 'tool', tool_call_id: 'call-0', content: found }],
    });
  });

  it('does not run when it is denied, and the model is told', async () => {
    const page = await openPage({ small: [{ body: calling('', search) }, { body: chunksOf('As you like.') }] });
    await page.ask('How?');
    await page.pass(100);

    await page.click('Deny');
    await page.pass(1000);

    expect(page.calls('small')).toEqual([expect.stringMatching(`search_docs denied .* The model was told: ${denied}`)]);
    expect(page.says('small')).toBe('As you like.');
    expect(read).not.toHaveBeenCalled();
    expect(page.requests[1]?.json).toMatchObject({ messages: [{}, {}, { role: 'tool', content: denied }] });
  });

  it('keeps the focus in its card when a button has disappeared', async () => {
    const page = await openPage({ small: [{ body: calling('', search) }, { body: chunksOf('Yes.') }] });
    await page.ask('How?');
    await page.pass(100);
    expect(document.activeElement).toBe(page.field);

    await page.click('Approve');

    expect(document.activeElement).toBe(page.find('.call'));
  });

  it('says that it was stopped while it waited', async () => {
    const page = await openPage({ small: [{ body: calling('Let me look.', search) }, { body: chunksOf('Again') }] });
    await page.ask('How?');
    await page.pass(100);

    await page.press('Escape');
    await page.pass(1000);

    expect(page.calls('small')).toEqual([expect.stringMatching(/^search_docs stopped before it ran/u)]);
    expect(page.says('small')).toBe('Let me look. | Stopped.');
    expect(page.names(page.answer('small'))).toEqual(['Regenerate']);
    expect(page.requests).toHaveLength(1);

    await page.click('Regenerate');
    await page.pass(1000);
    expect(page.says('small')).toBe('Again');
    expect(page.calls('small')).toEqual([]);
  });

  it('shows its progress while it runs, and that it was stopped while it ran', async () => {
    read.mockImplementation(() => new Promise(() => undefined));
    const page = await openPage({ small: [{ body: calling('', search) }] });
    await page.ask('How?');
    await page.pass(100);

    await page.click('Approve');
    await page.pass(100);
    expect(page.calls('small')).toEqual([
      expect.stringMatching(/^search_docs is running .*Reading the documentation …$/u),
    ]);
    const { signal } = (read.mock.calls[0] as [string, RequestInit])[1];
    await page.press('Escape');

    expect(signal?.aborted).toBe(true);
    expect(page.calls('small')).toEqual([expect.stringMatching(/^search_docs stopped while it ran/u)]);
  });

  it('tells the model what went wrong, and is tried again with the next call', async () => {
    read.mockImplementationOnce(() => Promise.resolve(new Response('', { status: 404 })));
    const page = await openPage({
      small: [{ body: calling('', search) }, { body: calling('', search) }, { body: chunksOf('There.') }],
    });
    await page.ask('How?');
    await page.pass(100);
    await page.click('Approve');
    await page.pass(100);
    await page.click('Approve');
    await page.pass(1000);

    expect(page.calls('small')).toEqual([
      expect.stringMatching(/^search_docs failed .*The model was told: The documentation is missing: status 404$/u),
      expect.stringMatching(/^search_docs done/u),
    ]);
    expect(page.says('small')).toBe('There.');
  });

  it('is announced while the model writes it', async () => {
    const page = await openPage({ small: [{ body: paced(calling('Wait.', search)) }] });
    await page.ask('How?');

    await page.pass(300);

    expect(page.says('small')).toBe('Wait. | Preparing to call search_docs …');
  });
});

describe('several tool calls', () => {
  it('are answered one by one, in any order', async () => {
    const page = await openPage({ small: [{ body: calling('', search, time) }, { body: chunksOf('Done.') }] });
    await page.ask('How?');
    await page.pass(100);
    expect(page.texts('[role=status] p')).toEqual(['small wants to call search_docs, local_time.']);

    await page.click('Approve', page.find('chat-tool-call + chat-tool-call'));
    await page.pass(100);
    expect(page.calls('small')).toEqual([
      expect.stringMatching(/^search_docs waits for your approval/u),
      expect.stringMatching(/^local_time done .* Saturday, January 31, 2026 at 9:00:00/u),
    ]);
    await page.click('Deny');
    await page.pass(1000);

    expect(page.calls('small')).toEqual([
      expect.stringMatching(/^search_docs denied/u),
      expect.stringMatching(/^local_time done/u),
    ]);
    expect(page.says('small')).toBe('Done.');
  });

  it('of models side by side are asked for apart', async () => {
    const page = await openPage({
      one: [{ body: calling('', search) }, { body: chunksOf('First.') }],
      other: [{ body: calling('', search) }, { body: chunksOf('Second.') }],
    });
    await page.ask('How?');
    await page.pass(100);

    await page.click('Approve', page.answer('other'));
    await page.pass(1000);

    expect(page.calls('one')).toEqual([expect.stringContaining('waits for your approval')]);
    expect(page.says('other')).toBe('Second.');
    await page.click('Deny', page.answer('one'));
    await page.pass(1000);
    expect(page.says('one')).toBe('First.');
  });
});
