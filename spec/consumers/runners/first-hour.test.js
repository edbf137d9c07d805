/* Written from README alone, as a new user would. `describe` and `it` are globals of the runner. */
import { catchError, debounceTime, map, merge, of, switchMap } from 'rxjs';
import { accumulateText, createClient, retryOnRateLimit, textDeltas, throttleRender } from 'rxllm';
import { fakeTransport, runMarbles } from 'rxllm/testing';

/** Returns a function that asks a server with these answers. */
function serverWith(answers, config) {
  const client = createClient({ baseURL: 'http://server.test/v1', transport: fakeTransport(answers), ...config });
  return (content) => client.chat({ model: 'small', messages: [{ role: 'user', content }] }).pipe(textDeltas());
}

describe('a search box', () => {
  it('answers the latest prompt, at most one text per frame', () =>
    runMarbles(({ hot, chunks, expectObservable }) => {
      const ask = serverWith([{ body: chunks('r-a--b--') }, { body: chunks('rcd 20ms e-f|') }]);
      const answers = hot('-h 400ms w', { h: 'Hi', w: 'Hello world' }).pipe(
        debounceTime(300),
        switchMap((prompt) => ask(prompt).pipe(accumulateText(), throttleRender())),
      );
      const texts = { a: 'a', b: 'ab', c: 'c', d: 'cd', e: 'cde' };
      expectObservable(answers).toBe('303ms a 15ms b 383ms c 15ms d 8ms e', texts);
    }));

  it('waits as long as a busy server asks', () =>
    runMarbles(({ chunks, expectObservable }) => {
      const ask = serverWith([{ status: 429, headers: { 'retry-after': '2' } }, { body: chunks('r-a-f|') }]);
      expectObservable(ask('Hi').pipe(retryOnRateLimit())).toBe('2002ms a--|');
    }));

  it('fails at a deadline, and when an answer is cut', () =>
    runMarbles(({ chunks, expectObservable }) => {
      const ask = serverWith([{ body: chunks('r-a-') }, { body: chunks('r-a|') }], { deadlines: { idle: 50 } });
      expectObservable(ask('Hi')).toBe('--a 49ms #', undefined, { name: 'DeadlineError', deadline: 'idle' });
      expectObservable(ask('Hi')).toBe('--a#', undefined, { kind: 'truncated' });
    }));

  it('shows two of three answers when the third one fails', () =>
    runMarbles(({ chunks, expectObservable }) => {
      const ask = serverWith(['r-x---f|', 'r---y-zf|', 'r--#'].map((marbles) => ({ body: chunks(marbles) })));
      const answers = ['a', 'b', 'c'].map((id) =>
        ask(id).pipe(
          map((text) => id + text),
          catchError(({ kind }) => of(id + kind)),
        ),
      );
      const texts = { x: 'ax', e: 'cconnection', y: 'by', z: 'bz' };
      expectObservable(merge(...answers)).toBe('--xey-z-|', texts);
    }));
});
