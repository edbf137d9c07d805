import { filter, map, type Observable } from 'rxjs';
import { type RunnableTool, runTools, tool, type ToolRunEvent } from '../../src/index.js';
import { fakeClient, finishChunk, textChunk, toolCallChunk } from '../../src/testing/index.js';
import { runMarbles } from '../support/run-marbles.js';
import { everyApi, lineOf } from './run-over.js';

const parameters = { type: 'object', properties: {} };

function toolOf(name: string, run: (...args: never[]) => unknown): RunnableTool {
  return tool({ name, parameters, run });
}

/** What a run tells at once, without chunks; the last line is how it ended. */
function linesOf(run: Observable<ToolRunEvent>): readonly string[] {
  const lines: string[] = [];
  run.pipe(filter(({ type }) => type !== 'chunk')).subscribe({
    next: (event) => lines.push(lineOf(event)),
    error: (error: unknown) => lines.push(String(error)),
    complete: () => lines.push('complete'),
  });
  return lines;
}

describe('runTools', () => {
  it('requests, runs tools and requests again', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const [a, f] = [toolCallChunk({ id: 'k', name: 'slow', arguments: '{}' }), finishChunk('tool_calls')];
      const [b, g] = [textChunk('Fine'), finishChunk()];
      const first = cold(' -a-f|', { a, f });
      const tool = cold('      ----v---|', { v: 'done' });
      const second = cold('            -----b-g|', { b, g });
      const expected = '   -a-f(ks)p---(xt)-b-g(u|)';
      const run = runTools(fakeClient([first, second]), {
        request: { model: 'm', messages: [{ role: 'user', content: 'Hello' }] },
        tools: [toolOf('slow', () => tool)],
      });

      expectObservable(run.pipe(map(({ type }) => type))).toBe(expected, {
        ...{ a: 'chunk', f: 'chunk', b: 'chunk', g: 'chunk', k: 'call', s: 'start', p: 'progress', x: 'result' },
        ...{ t: 'turn', u: 'turn' },
      });
      expectSubscriptions(first.subscriptions).toBe(' ^---!');
      expectSubscriptions(tool.subscriptions).toBe('  ----^-------!');
      expectSubscriptions(second.subscriptions).toBe('------------^-------!');
    });
  });
});

describe.each(everyApi)('runTools over $api', ({ runTools, clientOf, itemsOf, answerTo }) => {
  const weather = toolOf('weather', () => 'sunny');
  const time = toolOf('time', () => ({ hour: 12 }));

  it('tells chunks, calls, results and turns, and completes after an answer without calls', () => {
    const client = clientOf(['weather', 'time'], 'Fine');

    expect(linesOf(runTools(client, { tools: [weather, time] }))).toEqual([
      '0 call weather',
      '0 call time',
      '0 start weather',
      '0 result weather sunny',
      '0 start time',
      '0 result time {"hour":12}',
      '0 turn',
      '1 turn',
      'complete',
    ]);
  });

  it('sends the answers in the order of the calls', () => {
    const client = clientOf(['weather', 'time'], 'Fine');
    linesOf(runTools(client, { tools: [time, weather] }));

    expect(itemsOf(client.requests[1]!.request).slice(-2)).toEqual([
      answerTo('weather', 'sunny'),
      answerTo('time', '{"hour":12}'),
    ]);
  });
});
