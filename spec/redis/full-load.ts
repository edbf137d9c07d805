/*
 * Verifies for very many readers what relay-load.spec.ts verifies for some, and prints what it cost:
 * `npm run test:redis -- --full [--readers 1000] [--words 400] [--pace 25] [--cuts 5] [--seed 1]`.
 */
import { parseArgs } from 'node:util';
import { runLoad, startNodes } from './relay-load.js';
import { startRedis } from './start-redis.js';

const { values } = parseArgs({
  options: {
    readers: { type: 'string', default: '1000' },
    words: { type: 'string', default: '400' },
    pace: { type: 'string', default: '25' },
    cuts: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Date.now() % 1e6) },
  },
});
const [readers, words, pace, cuts, seed] = [values.readers, values.words, values.pace, values.cuts, values.seed].map(
  Number,
) as [number, number, number, number, number];
const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
const each = (count: number, of: number): string => (count / of).toFixed(3);

console.log(`${readers} readers, each cut ${cuts} times; ${words} words, one each ${pace} ms; --seed ${seed}`);
for (const shared of [true, false]) {
  const server = await startRedis();
  const nodes = await startNodes(server);
  try {
    const result = await runLoad(nodes, { readers, cuts, shared, words, pace, seed });
    const cut = result.cuts.filter((times) => times === cuts).length;
    const holds = result.wrong.length === 0 && cut === readers;
    const { scripts, commands, notified } = result.redis;
    const streamed = result.events * (shared ? readers : 1);
    console.log(`\n${shared ? 'One stream' : 'A stream for each'}`);
    console.log(
      `  ${holds ? 'ok    ' : 'FAILED'}  ${readers - result.wrong.length} identical texts, ${cut} cut as often`,
    );
    console.log(`          ${(result.wall / 1000).toFixed(1)} s; ${result.events} events written, ${streamed} read`);
    result.nodes.forEach(({ cpu, peak }, place) =>
      console.log(`          node ${place + 1}: ${(cpu / 1000).toFixed(1)} s of CPU, peak ${megabytes(peak)}`),
    );
    console.log(
      `          Redis: ${each(scripts, streamed)} scripts and ${each(commands, streamed)} commands per event read;`,
      `${each(scripts, result.events)} scripts and ${each(notified, result.events)} notifications per event written`,
    );
    if (!holds) {
      result.wrong.slice(0, 5).forEach((text) => console.log(`          ${text.slice(0, 200)}`));
      process.exitCode = 1;
    }
  } finally {
    await nodes.close();
    await server.close();
  }
}
