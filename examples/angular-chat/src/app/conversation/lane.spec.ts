import { Injector, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import type { Client } from 'rxllm';
import { fakeClient, runMarbles, usageChunk } from 'rxllm/testing';
import { createLane, type Lane } from './lane';

function laneOf(client: Client): Lane {
  return createLane(
    { model: 'small', turns: [], timings: {} },
    {
      client,
      baseURL: signal('/relay'),
      tools: [],
      lendsTools: signal(true),
      approve: () => true,
      turnsBefore: () => [],
      injector: TestBed.inject(Injector),
    },
  );
}

describe('createLane', () => {
  it('times each reply from its own prompt', () => {
    runMarbles(({ chunks, flush, animate }) => {
      animate('x');
      const usage = { prompt_tokens: 1, completion_tokens: 3, total_tokens: 4 };
      const lane = laneOf(fakeClient([chunks('r-a-b-(cuf|)', { u: usageChunk(usage) }), chunks('-----r-a-f|')]));

      lane.send('Hi', '1');
      flush();
      lane.send('Ho', '2');
      flush();

      expect(lane.timings()).toMatchObject({
        1: { outcome: 'complete', timeToFirstText: 2, outputTokens: 3, tokensPerSecond: 500 },
        2: { outcome: 'complete', timeToFirstText: 7 },
      });
    });
  });

  it('forgets the timing of a reply that is regenerated', () => {
    runMarbles(({ chunks, flush, animate, scheduler }) => {
      animate('x');
      const lane = laneOf(fakeClient([chunks('r-a-f|'), chunks('r-a-b-c-f|')]));
      lane.send('Hi', '1');
      flush();
      expect(Object.keys(lane.timings())).toEqual(['1']);

      lane.regenerate('1');
      scheduler.schedule(() => expect(lane.timings()).toEqual({}), 4);
      flush();

      expect(lane.timings()).toMatchObject({ 1: { outcome: 'complete' } });
    });
  });

  it('asks the server in the settings, and aborts the request when the page is destroyed', () => {
    runMarbles(({ chunks, expectSubscriptions, scheduler, flush, animate }) => {
      animate('x');
      const answer = chunks('r-a-b-c-d|');
      const client = fakeClient(answer);
      const lane = laneOf(client);

      lane.send('Hi', '1');
      scheduler.schedule(() => TestBed.resetTestingModule(), 4);
      flush();

      expect(client.requests[0]?.options.baseURL).toBe('/relay');
      expectSubscriptions(answer.subscriptions).toBe('^---!');
    });
  });
});
