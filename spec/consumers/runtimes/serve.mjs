/* Serves one event of an endless stream, after printing the port. Ends when the reader has left. */
import { redisBudget, redisLog } from 'rxllm/redis';
import { toEventStream, toNodeHandler } from 'rxllm/server';
import { concat, finalize, NEVER, of } from 'rxjs';

const entries = [redisBudget, redisLog, toNodeHandler].map(({ name }) => name);
const { Bun, Deno } = globalThis;

function answer() {
  const leave = finalize(() => {
    console.log('left');
    process.exit();
  });
  return toEventStream(concat(of({ data: entries.join(' ') }), NEVER).pipe(leave));
}

const where = { hostname: '127.0.0.1', port: 0 };
if (Bun === undefined) {
  Deno.serve({ ...where, onListen: ({ port }) => console.log(port) }, answer);
} else {
  console.log(Bun.serve({ ...where, fetch: answer }).port);
}
