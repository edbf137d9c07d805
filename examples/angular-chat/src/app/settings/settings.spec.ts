import { TestBed } from '@angular/core/testing';
import { throwError } from 'rxjs';
import { provideClient } from 'rxllm/angular';
import { chunksOf } from 'rxllm/testing';
import { modelsOf, openPage } from '../../testing/open-page';
import { ServerModels } from './server-models';

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  history.replaceState(null, '', '#');
  // jsdom shows no dialogs.
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
  };
});

afterEach(() => {
  vi.useRealTimers();
});

describe('an empty base URL', () => {
  it('is not saved', async () => {
    const page = await openPage({ small: [] });
    await page.click('Settings');

    await page.fill('#base-url', '');
    await page.submit('dialog form');

    expect(page.find<HTMLDialogElement>('dialog').open).toBe(true);
    expect(page.texts('#base-url-hint')).toEqual(['This is no address.']);
    expect(page.kept.baseURL).toBe('/v1');
  });

  it('that an earlier version saved is not asked', async () => {
    const page = await openPage({ small: [{ body: chunksOf('Yes') }] }, undefined, { baseURL: '' });

    await page.ask('Does it work?');
    await page.pass(1000);

    expect(page.says('small')).toBe('Yes');
    expect(new URL(page.requests[0]?.url ?? '', location.href).pathname).toBe('/v1/chat/completions');
  });
});

it('a new base URL chooses no model where none was chosen', async () => {
  const page = await openPage({ small: [] }, [modelsOf('small'), modelsOf('other')], { models: [] });
  expect(page.texts('.models')).toEqual(['small']);
  await page.click('Settings');

  await page.fill('#base-url', '/relay/v1');
  await page.submit('dialog form');

  expect(page.kept).toEqual({ baseURL: '/relay/v1', models: [] });
  expect(page.texts('.models')).toEqual(['other']);
});

it('a model that the server does not list keeps its box, with the focus, when it is chosen no more', async () => {
  const page = await openPage({ custom: [] }, [modelsOf('small')]);
  await page.click('Settings');
  const box = page.find<HTMLInputElement>('.choice + .choice input');
  box.focus();

  box.click();
  await page.pass(20);

  expect(page.texts('.choice')).toEqual(['small', 'custom']);
  expect(document.activeElement).toBe(box);
  expect(box.checked).toBe(false);
});

it('an address that the client refuses does not keep the next one from being asked', () => {
  TestBed.configureTestingModule({
    providers: [provideClient({ baseURL: '/v1', transport: () => throwError(Error) })],
  });
  const server = TestBed.inject(ServerModels);

  server.load('');
  expect(server.problem()).toContain('baseURL');
  server.load('/v1');

  expect(server.problem()).not.toContain('baseURL');
});
