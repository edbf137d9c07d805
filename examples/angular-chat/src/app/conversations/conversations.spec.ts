import { chunksOf } from 'rxllm/testing';
import { openPage } from '../../testing/open-page';
import { slowly } from '../../testing/slowly';

describe('saved conversations', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    localStorage.clear();
    history.replaceState(null, '', '#');
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('survive a reload, with the part of an answer that had arrived', async () => {
    const before = await openPage({ small: [{ body: chunksOf('Whole') }, { body: slowly('Half an answer') }] });
    await before.ask('First');
    await before.ask('Second');
    await before.pass(300);
    dispatchEvent(new Event('pagehide'));
    before.close();

    const after = await openPage({ small: [] });

    expect(after.texts('.prompt')).toEqual(['First', 'Second']);
    expect(after.says('small')).toBe('Half an | Stopped.');
    expect(after.texts('nav a')).toEqual(['First']);
    expect(after.texts('[role=status] p')).toEqual([]);
  });

  it('can be started, opened and deleted', async () => {
    vi.stubGlobal('confirm', () => true);
    const page = await openPage({ small: [{ body: chunksOf('A') }, { body: chunksOf('B') }] });

    await page.ask('First');
    await page.pass(1100);
    const address = location.hash;
    await page.click('New conversation');
    expect(page.texts('.prompt')).toEqual([]);
    await page.ask('Second');
    await page.pass(1100);
    expect(page.texts('nav a')).toEqual(['Second', 'First']);

    location.hash = address;
    await page.pass(100);
    expect(page.texts('.prompt')).toEqual(['First']);

    await page.click('✕');
    expect(page.texts('nav a')).toEqual(['First']);
    vi.unstubAllGlobals();
  });

  const message = { role: 'assistant', content: 'x', reasoning: '', refusal: '', toolCalls: [], extra: {} };
  const turn = { id: '1', prompt: 'p', reply: { status: 'done', message } };
  const lane = { model: 'small', timings: {}, turns: [turn] };

  const unreadable: Readonly<Record<string, unknown>> = {
    'is not JSON': undefined,
    'has another shape': { lanes: [7] },
    'is stored under the id of another': { id: '2' },
    'holds a message without a role': {
      lanes: [{ ...lane, turns: [{ ...turn, reply: { status: 'done', message: { ...message, role: undefined } } }] }],
    },
    'holds a message without tool calls': {
      lanes: [{ ...lane, turns: [{ ...turn, reply: { status: 'done', message: { ...message, toolCalls: null } } }] }],
    },
    'holds a prompt that is not text': { lanes: [{ ...lane, turns: [{ ...turn, prompt: [] }] }] },
    'holds a turn twice': { lanes: [{ ...lane, turns: [turn, turn] }] },
    'holds a timing that is null': { lanes: [{ ...lane, timings: { 1: null } }] },
    'holds a timing that is not a number': { lanes: [{ ...lane, timings: { 1: { chunksPerSecond: '1' } } }] },
    'holds a model twice': { lanes: [lane, lane] },
  };

  it.each(Object.keys(unreadable))('ignore and keep one that %s', async (name) => {
    const more = unreadable[name];
    const stored =
      more === undefined ? 'not JSON' : JSON.stringify({ id: '1', title: 'Old', updated: 1, lanes: [lane], ...more });
    localStorage.setItem('angular-chat/conversation/1', stored);
    history.replaceState(null, '', '#1');

    const page = await openPage({ small: [{ body: chunksOf('Yes') }] });
    await page.ask('Does it work?');
    await page.pass(1100);

    expect(page.says('small')).toBe('Yes');
    expect(page.texts('nav a')).toEqual(['Does it work?']);
    expect(localStorage.getItem('angular-chat/conversation/1')).toBe(stored);
  });

  it('show a reply that was saved during a retry as stopped', async () => {
    const reply = { status: 'retrying', message, error: { message: 'Busy' } };
    const stored = { id: '1', title: 'Old', updated: 1, lanes: [{ ...lane, turns: [{ ...turn, reply }] }] };
    localStorage.setItem('angular-chat/conversation/1', JSON.stringify(stored));
    history.replaceState(null, '', '#1');

    const page = await openPage({ small: [] });

    expect(page.says('small')).toBe('x | Stopped.');
  });
});
