import { chunksOf } from 'rxllm/testing';
import { openPage } from '../../testing/open-page';
import { slowly } from '../../testing/slowly';

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  history.replaceState(null, '', '#');
});

afterEach(() => {
  vi.useRealTimers();
});

it('conversations are there after a reload, with what had come of an answer', async () => {
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

it('conversations begin anew, are opened and are deleted', async () => {
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

it('conversations that this page cannot read are left alone', async () => {
  localStorage.setItem(
    'angular-chat/conversation/1',
    '{"id":"1","title":"Of another version","updated":1,"lanes":[7]}',
  );
  localStorage.setItem('angular-chat/conversation/2', 'no JSON');
  history.replaceState(null, '', '#1');

  const page = await openPage({ small: [{ body: chunksOf('Yes') }] });
  await page.ask('Does it work?');
  await page.pass(1100);

  expect(page.says('small')).toBe('Yes');
  expect(page.texts('nav a')).toEqual(['Does it work?']);
  expect(localStorage.getItem('angular-chat/conversation/2')).toBe('no JSON');
});
