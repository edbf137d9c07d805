import { catchError, from, lastValueFrom, map, mergeMap, type Observable, of, toArray } from 'rxjs';
import { createClient, isLlmError, type Transport } from '../../src/index.node.js';
import { chatRequest } from '../support/answers.js';
import { lengthOf, reference } from '../support/fault-server/reference.js';
import { type FaultServer, startFaultServer } from '../support/fault-server/start-fault-server.js';
import { transports } from '../support/transports.js';
import { expectQuietProcess } from '../support/quiet-process.js';

/** How many answers are read concurrently. */
const concurrency = 16;

/** Places inside multi-byte characters and at line ends, and every tenth place elsewhere. */
const places = Array.from({ length: reference.length + 1 }, (_, place) => place).filter(
  (place) => place % 10 === 0 || [place - 1, place].some((near) => isSpecial(reference[near])),
);

function isSpecial(byte = 0): boolean {
  return byte >= 0x80 || byte < 0x20;
}

expectQuietProcess();

describe.each(Object.entries(transports))(
  'an answer cut anywhere on the wire, through %s',
  (_name, createTransport) => {
    let server: FaultServer;
    let transport: Transport;

    beforeAll(async () => {
      server = await startFaultServer();
      transport = createTransport();
    });
    afterAll(() => server.close());

    /** Reads the chunks of an answer, or the kind of its error, as text. */
    function outcomeOf(scenario: string): Observable<string> {
      return createClient({ baseURL: server.url + scenario, transport })
        .chat(chatRequest)
        .pipe(
          toArray(),
          map((chunks) => JSON.stringify(chunks)),
          catchError((error: unknown) => of(isLlmError(error) ? error.kind : String(error))),
        );
    }

    /** Finds the places where the outcome is not the expected one. */
    function deviations(scenario: string, expected: (place: number) => string): Promise<readonly number[]> {
      const found = from(places).pipe(
        mergeMap(
          (place) =>
            outcomeOf(`/${scenario}/${place}`).pipe(
              mergeMap((outcome) => (outcome === expected(place) ? [] : [place])),
            ),
          concurrency,
        ),
        toArray(),
      );
      return lastValueFrom(found);
    }

    it('has the same chunks when it comes in two packets', async () => {
      const whole = await lastValueFrom(outcomeOf('/whole'));

      expect(await deviations('split', () => whole)).toEqual([]);
      expect(server.requests).toHaveLength(places.length + 1);
    });

    it('is truncated if it ends before its finish reason, and else whole', async () => {
      const whole = JSON.parse(await lastValueFrom(outcomeOf('/whole'))) as readonly unknown[];
      const finish = lengthOf(9) - 2;
      const usage = lengthOf(10) - 2;

      const outcomes = (place: number): string =>
        place < finish ? 'truncated' : JSON.stringify(place < usage ? whole.slice(0, -1) : whole);

      expect(await deviations('cut', outcomes)).toEqual([]);
    });
  },
);
