/* A program that appends an entry to a stream whenever it is told to, and writes how that ended. */
import { firstValueFrom, from } from 'rxjs';
import { createInterface } from 'node:readline';
import { createClient } from 'redis';
import { redisLog } from '../../src/redis/redis-log.js';

const [url, lease] = process.argv.slice(2);
const client = createClient({ url: url! });
client.connect().catch(() => process.exit(1));
const log = redisLog({ client, lease: Number(lease) });
let number = 0;
createInterface({ input: process.stdin }).on('line', () => {
  number += 1;
  const appended = log.append('stream', 'ann', [{ number, data: `entry ${number}` }], { detach: 60_000 });
  firstValueFrom(from(appended)).then(
    (result) => process.stdout.write(`${result}\n`),
    () => process.exit(1),
  );
});
