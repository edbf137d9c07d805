/*
 * How do I read an answer to its end when the connection breaks?
 *
 * The server goes on with a background response when nobody reads it, so the client asks for what comes after the last
 * event that it has. Here the requests go through a proxy that cuts the connection in mid-answer; every number comes once.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { from, lastValueFrom, tap, toArray } from 'rxjs';
import { createClient, textDeltas } from 'rxllm';
import { startLocalServer } from 'rxllm/local';

const numbers = Array.from({ length: 30 }, (_, index) => `${index + 1} `);
const server = await startLocalServer({ models: { counter: () => from(numbers) } });
const { port, pathname } = new URL(server.url);

let connection: Socket | undefined;
const proxy = createServer((socket) => {
  const onward = connect(Number(port), '127.0.0.1');
  connection = socket.on('close', () => onward.destroy());
  socket.pipe(onward).pipe(socket);
}).listen(0, '127.0.0.1');
await once(proxy, 'listening');

const client = createClient({
  baseURL: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${pathname}`,
  resume: { notify: ({ reason, delay }) => console.log(`\n${reason.name}: goes on in ${Math.round(delay)} ms`) },
});
const texts = client.responses({ model: 'counter', input: 'Count to 30.', background: true }).pipe(
  textDeltas(),
  tap((text) => process.stdout.write(text)),
  tap((text) => text === '10 ' && connection?.destroy()),
);

const seen = await lastValueFrom(texts.pipe(toArray()));
console.log(`\nEvery number once: ${seen.join('') === numbers.join('')}`);
proxy.close();
await server.close();
