import { TestBed } from '@angular/core/testing';
import { throwError } from 'rxjs';
import { provideClient } from 'rxllm/angular';
import { chunksOf } from 'rxllm/testing';
import { openPage } from '../../testing/open-page';
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
