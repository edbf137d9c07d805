/*
 * How do I read any endpoint that sends server-sent events?
 *
 * Replaces `sseclient` and hand-written line splitting. `decodeEvents` reads a body's bytes, however they are cut, and
 * knows nothing of language models; here a clock ticks, and the third tick is enough: leaving closes the connection.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { finalize, from, interval, map, type ObservableInput, take } from 'rxjs';
import { fromFetch } from 'rxjs/fetch';
import { decodeEvents, formatEvent } from 'rxllm';

const clock = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const ticks = interval(100)
    .pipe(map((tick) => formatEvent({ event: 'tick', id: String(tick), data: new Date().toISOString() })))
    .subscribe((event) => response.write(event));
  response.on('close', () => {
    console.log('The clock saw its listener leave.');
    ticks.unsubscribe();
    clock.close();
  });
}).listen(0, '127.0.0.1', () => {
  const { port } = clock.address() as AddressInfo;
  const bytes = fromFetch(`http://127.0.0.1:${port}`, {
    selector: ({ body }) => from(body as ObservableInput<Uint8Array>),
  });

  bytes
    .pipe(
      decodeEvents({ mode: 'spec' }),
      take(3),
      finalize(() => console.log('Three ticks are enough.')),
    )
    .subscribe(({ event, id, data }) => console.log(`${event} ${id}: ${data}`));
});
