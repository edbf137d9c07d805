import { chunksOf, roleChunk, textChunk } from 'rxllm/testing';
import { modelsOf, openPage } from '../testing/open-page';
import { slowly } from '../testing/slowly';

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  history.replaceState(null, '', '#');
});

afterEach(() => {
  vi.useRealTimers();
});

describe('an answer', () => {
  it('grows as it arrives, and shows its speed at the end', async () => {
    const page = await openPage({ small: [{ body: slowly('Hello **bold** world') }] });

    await page.ask('Hi');
    expect(page.says('small')).toBe('Waiting for the first words …');
    await page.pass(200);
    expect(page.says('small')).toBe('Hello');
    await page.pass(100);
    expect(page.says('small')).toBe('Hello bold');
    await page.pass(1000);

    expect(page.says('small')).toBe('Hello bold world');
    expect(page.texts('article strong')).toEqual(['bold']);
    expect(page.texts('.timing')).toEqual(['first words after 0.20 s · 25 tokens/s · 11 tokens']);
  });

  it('stops with Escape, keeps its text and can be regenerated', async () => {
    const page = await openPage({ small: [{ body: slowly('One two three') }, { body: chunksOf('Again') }] });

    await page.ask('Count');
    await page.pass(200);
    await page.press('Escape');

    expect(page.says('small')).toBe('One | Stopped.');
    expect(page.requests[0]?.ending).toBe('unsubscribed');

    await page.click('Regenerate');
    await page.pass(1000);
    expect(page.says('small')).toBe('Again');
  });

  it('keeps its text when the connection breaks, and can be tried again', async () => {
    const page = await openPage({
      small: [{ body: [roleChunk(), textChunk('Half of')], done: false }, { body: chunksOf('All of it') }],
    });

    await page.ask('Tell');
    await page.pass(1000);
    expect(page.says('small')).toMatch(/^Half of \| .*ended/u);
    expect(page.texts('[role=status] p')).toEqual([expect.stringMatching(/^small failed: /u)]);

    await page.click('Try again');
    await page.pass(1000);
    expect(page.says('small')).toBe('All of it');
  });

  it('shows a countdown to the next attempt when the server asks for a pause', async () => {
    const busy = { status: 429, headers: { 'retry-after': '3' }, body: { error: { message: 'Too many requests' } } };
    const page = await openPage({ small: [busy, { body: chunksOf('Here') }] });

    await page.ask('Hi');
    expect(page.says('small')).toMatch(/Too many requests.* Attempt 2 follows in 3 s\./u);
    await page.pass(1500);
    expect(page.says('small')).toContain('Attempt 2 follows in 2 s.');
    await page.pass(2500);

    expect(page.says('small')).toBe('Here');
  });
});

describe('a server', () => {
  it('that is down is reported, and can be connected to again', async () => {
    const page = await openPage({}, [{ status: 503, body: { error: { message: 'Down' } } }, modelsOf('small')]);
    expect(page.texts('[role=alert] p')).toEqual([expect.stringContaining('Down')]);

    await page.click('Connect again');

    expect(page.texts('[role=alert] p')).toEqual([]);
    expect(page.texts('.models')).toEqual(['small']);
  });
});

describe('several models', () => {
  it('answer side by side, even if one of them fails', async () => {
    const refusal = { status: 400, body: { error: { message: 'No such luck' } } };
    const page = await openPage({
      fast: [{ body: chunksOf('At once') }],
      broken: [refusal],
      slow: [{ body: slowly('In time') }],
    });

    await page.ask('Who is there?');
    expect(page.says('broken')).toContain('No such luck');
    expect(page.names()).toContain('Stop');
    await page.pass(1000);

    expect(page.says('fast')).toBe('At once');
    expect(page.says('slow')).toBe('In time');
    expect(page.names(page.answer('broken'))).toEqual(['Try again']);
    expect(page.names()).toContain('Send');
  });

  it('receive the earlier answers of other models as history', async () => {
    const first = await openPage({ early: [{ body: chunksOf('Four') }] });
    await first.ask('2 + 2?');
    await first.pass(1100);
    first.close();

    const page = await openPage({ late: [{ body: chunksOf('Eight') }] });
    await page.ask('Twice that?');
    await page.pass(1000);

    expect(page.says('late')).toBe('Eight');
    expect(page.requests[0]?.json).toMatchObject({
      messages: [
        { role: 'user', content: '2 + 2?' },
        { role: 'assistant', content: 'Four' },
        { role: 'user', content: 'Twice that?' },
      ],
    });
  });
});

describe('the keyboard', () => {
  it('starts a new line with Shift+Enter, and sends neither blanks nor Enter during composition', async () => {
    const page = await openPage({ small: [{ body: chunksOf('Yes') }] });
    page.field.value = 'Is it';
    page.field.dispatchEvent(new Event('input'));

    await page.press('Enter', { shiftKey: true });
    await page.press('Enter', { isComposing: true });
    expect(page.requests).toHaveLength(0);

    await page.ask('   ');
    expect(page.requests).toHaveLength(0);

    await page.ask('Is it?');
    expect(page.requests).toHaveLength(1);
    expect(page.field.value).toBe('');
  });
});

describe('Escape', () => {
  it('stops no answer while it cancels an input method', async () => {
    const page = await openPage({ small: [{ body: slowly('One two three') }] });
    await page.ask('Count');
    await page.pass(200);

    await page.press('Escape', { isComposing: true });
    await page.pass(1000);

    expect(page.says('small')).toBe('One two three');
  });

  it('closes the menu first, and stops the answers only when pressed again', async () => {
    const page = await openPage({ small: [{ body: slowly('One two three') }] });
    const menu = page.find('.menu');
    await page.ask('Count');
    await page.pass(200);
    await page.click('Conversations');
    expect(menu.getAttribute('aria-expanded')).toBe('true');

    await page.press('Escape');
    expect(menu.getAttribute('aria-expanded')).toBe('false');
    expect(document.activeElement).toBe(menu);
    expect(page.names()).toContain('Stop');

    await page.press('Escape');
    expect(page.says('small')).toContain('Stopped.');
  });
});

describe('a screen reader', () => {
  it('hears the status of a model, not each word', async () => {
    const page = await openPage({ small: [{ body: slowly('One two three') }] });
    const told = (): string => page.texts('[role=status] p').join();

    await page.ask('Count');
    expect(told()).toBe('small was asked.');
    await page.pass(200);
    expect(told()).toBe('small is answering.');
    await page.pass(100);
    expect(told()).toBe('small is answering.');
    await page.pass(1000);

    expect(told()).toBe('small answered: One two three');
  });
});
