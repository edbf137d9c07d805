/*
 * How do I read any endpoint that sends server-sent events?
 *
 * This replaces `sseclient` and hand-written line splitting. `decodeEvents` parses the bytes of any body, however they
 * are split. Here a server sends a tick every 100 ms; `take(3)` unsubscribes after three, which closes the connection.
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
    console.log('The server saw the connection close.');
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
      finalize(() => console.log('Unsubscribed after three ticks.')),
    )
    .subscribe(({ event, id, data }) => console.log(`${event} ${id}: ${data}`));
});
