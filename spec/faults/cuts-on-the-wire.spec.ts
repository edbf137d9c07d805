import { catchError, from, lastValueFrom, map, mergeMap, type Observable, of, toArray } from 'rxjs';
import { createClient, isLlmError, type Transport } from '../../src/index.node.js';
import { chatRequest } from '../support/answers.js';
import { lengthOf, reference } from '../support/fault-server/reference.js';
import { type FaultServer, startFaultServer } from '../support/fault-server/start-fault-server.js';
import { transports } from '../support/transports.js';
import { expectQuietProcess } from '../support/quiet-process.js';

/** How many answers are read side by side. */
const together = 16;

/** Places in characters of several bytes and at the ends of lines, and one of ten between plain letters. */
const places = Array.from({ length: reference.length + 1 }, (_, place) => place).filter(
  (place) => place % 10 === 0 || [place - 1, place].some((near) => isSpecial(reference[near])),
);

function isSpecial(byte = 0): boolean {
  return byte >= 0x80 || byte < 0x20;
}

expectQuietProcess();

describe.each(Object.entries(transports))('through %s', (_name, createTransport) => {
  let server: FaultServer;
  let transport: Transport;

  beforeAll(async () => {
    server = await startFaultServer();
    transport = createTransport();
  });
  afterAll(() => server.close());

  /** The chunks of an answer, or the kind of its error, as text. */
  function outcomeOf(scenario: string): Observable<string> {
    return createClient({ baseURL: server.url + scenario, transport })
      .chat(chatRequest)
      .pipe(
        toArray(),
        map((chunks) => JSON.stringify(chunks)),
        catchError((error: unknown) => of(isLlmError(error) ? error.kind : String(error))),
      );
  }

  /** The places whose outcome is another one. */
  function deviations(scenario: string, expected: (place: number) => string): Promise<readonly number[]> {
    const found = from(places).pipe(
      mergeMap(
        (place) =>
          outcomeOf(`/${scenario}/${place}`).pipe(mergeMap((outcome) => (outcome === expected(place) ? [] : [place]))),
        together,
      ),
      toArray(),
    );
    return lastValueFrom(found);
  }

  it('an answer in two packets gives the same chunks, wherever one ends', async () => {
    const whole = await lastValueFrom(outcomeOf('/whole'));

    expect(await deviations('split', () => whole)).toEqual([]);
    expect(server.requests).toHaveLength(places.length + 1);
  });

  it('an answer that ends before its finish reason is truncated, and one that ends behind it is whole', async () => {
    const whole = JSON.parse(await lastValueFrom(outcomeOf('/whole'))) as readonly unknown[];
    const finish = lengthOf(9) - 2;
    const usage = lengthOf(10) - 2;

    const outcomes = (place: number): string =>
      place < finish ? 'truncated' : JSON.stringify(place < usage ? whole.slice(0, -1) : whole);

    expect(await deviations('cut', outcomes)).toEqual([]);
  });
});
