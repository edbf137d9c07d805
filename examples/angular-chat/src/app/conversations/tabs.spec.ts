import { chunksOf } from 'rxllm/testing';
import { openPage } from '../../testing/open-page';
import { slowly } from '../../testing/slowly';

interface Saved {
  readonly lanes: readonly { readonly timings: unknown }[];
}

describe('a conversation open in two tabs', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    localStorage.clear();
    history.replaceState(null, '', '#');
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  const message = { role: 'assistant', content: '', reasoning: '', refusal: '', toolCalls: [], extra: {} };

  function turnOf(id: string, prompt: string, content: string, status = 'done'): unknown {
    return { id, prompt, reply: { status, message: { ...message, content } } };
  }

  /** The storage key of the only conversation. */
  function kept(): string {
    return Object.keys(localStorage).find((key) => key.includes('/conversation/')) ?? '';
  }

  function read(): { lanes: { turns: { prompt: string; reply: { message: { content: string } } }[] }[] } {
    return JSON.parse(localStorage.getItem(kept()) ?? '') as ReturnType<typeof read>;
  }

  /** Changes the turns of the conversation as another tab does. */
  function change(turns: (known: readonly unknown[]) => readonly unknown[], isHeard = true): void {
    const saved = read();
    const lanes = saved.lanes.map((lane) => ({ ...lane, turns: turns(lane.turns) }));
    localStorage.setItem(kept(), JSON.stringify({ ...saved, lanes }));
    if (isHeard) {
      dispatchEvent(new StorageEvent('storage', { key: kept() }));
    }
  }

  it('shows a turn of the other tab, and sends it with the next prompt', async () => {
    const page = await openPage({ small: [{ body: chunksOf('One') }, { body: chunksOf('Three') }] });
    await page.ask('First');
    await page.pass(1100);

    change((known) => [...known, turnOf(String(Date.now()), 'Elsewhere', 'Two')]);
    await page.pass(20);
    expect(page.texts('.prompt')).toEqual(['First', 'Elsewhere']);
    await page.ask('Third');
    await page.pass(1100);

    expect(page.texts('.prompt')).toEqual(['First', 'Elsewhere', 'Third']);
    expect(read().lanes[0]?.turns.map(({ prompt }) => prompt)).toEqual(['First', 'Elsewhere', 'Third']);
    expect((page.requests[1]?.json as { messages: unknown }).messages).toEqual([
      { role: 'user', content: 'First' },
      { role: 'assistant', content: 'One' },
      { role: 'user', content: 'Elsewhere' },
      { role: 'assistant', content: 'Two' },
      { role: 'user', content: 'Third' },
    ]);
  });

  it.each([true, false])('loses no turn when both tabs ask at once, with a storage event: %s', async (isHeard) => {
    const page = await openPage({ small: [{ body: chunksOf('One') }, { body: slowly('Two and more') }] });
    await page.ask('First');
    await page.pass(1100);

    await page.ask('Second');
    await page.pass(200);
    change((known) => [...known, turnOf(String(Date.now()), 'Elsewhere', 'Three')], isHeard);
    await page.pass(2000);

    const replies = read().lanes[0]?.turns.map(({ reply }) => reply.message.content);
    expect(replies).toEqual(['One', 'Two and more', 'Three']);
    expect(page.texts('.prompt')).toEqual(['First', 'Second', 'Elsewhere']);
  });

  it('keeps a reply that the other tab regenerated, even without a storage event', async () => {
    const before = await openPage({ small: [{ body: chunksOf('One') }] });
    await before.ask('First');
    await before.pass(1100);
    before.close();
    const page = await openPage({ small: [{ body: chunksOf('Two') }] });

    change(([first]) => [turnOf((first as { id: string }).id, 'First', 'Another one')], false);
    await page.ask('Second');
    await page.pass(1100);

    expect(read().lanes[0]?.turns.map(({ reply }) => reply.message.content)).toEqual(['Another one', 'Two']);
    expect(page.texts('article .markdown')).toEqual(['Another one', 'Two']);
  });

  it('saves no timing of an answer that is being replaced, for the tab that takes it up', async () => {
    const timings = (): unknown => (JSON.parse(localStorage.getItem(kept()) ?? '') as Saved).lanes[0]?.timings;
    const page = await openPage({
      small: [{ body: chunksOf('One') }, { body: slowly('Another one, which is long. '.repeat(10)) }],
    });
    await page.ask('First');
    await page.pass(1100);
    expect(timings()).not.toEqual({});

    page.find('article footer button').click();
    await page.pass(1100);

    expect(page.find('article').getAttribute('aria-busy')).toBe('true');
    expect(timings()).toEqual({});
  });

  it('does not cut off an answer that grows in the other tab', async () => {
    const page = await openPage({ small: [{ body: chunksOf('One') }] });
    await page.ask('First');
    await page.pass(1100);
    const id = String(Date.now());

    change((known) => [...known, turnOf(id, 'Elsewhere', 'Tw', 'streaming')]);
    await page.pass(20);
    expect(page.says('small')).toContain('Tw');
    change((known) => [...known.slice(0, 1), turnOf(id, 'Elsewhere', 'Two')], false);
    await page.pass(2000);
    dispatchEvent(new Event('pagehide'));

    expect(read().lanes[0]?.turns.at(-1)?.reply.message.content).toBe('Two');
  });

  it.each([true, false])('stays deleted when the other tab deletes it, with a storage event: %s', async (isHeard) => {
    const page = await openPage({ small: [{ body: chunksOf('One') }, { body: slowly('Two and more') }] });
    await page.ask('First');
    await page.pass(1100);
    await page.ask('Second');
    await page.pass(200);

    const key = kept();
    localStorage.removeItem(key);
    if (isHeard) {
      dispatchEvent(new StorageEvent('storage', { key }));
      await page.pass(20);
      expect(page.texts('.prompt')).toEqual([]);
      expect(page.requests[1]?.ending).toBe('unsubscribed');
    }
    await page.pass(2000);
    page.close();

    expect(kept()).toBe('');
  });
});
