import { type RelayNodes, runLoad, startNodes } from './relay-load.js';
import { type RedisServer, startRedis } from './start-redis.js';

const readers = 60;
const cuts = 5;

describe('relays on two nodes that share a log', () => {
  let server: RedisServer;
  let nodes: RelayNodes;

  beforeAll(async () => {
    server = await startRedis();
    nodes = await startNodes(server);
  });
  afterAll(async () => {
    await nodes.close();
    await server.close();
  });

  it.each([
    [1, 'of one stream', true],
    [2, 'of a stream each', false],
  ])('lose and repeat nothing, cut at random by the seed %i, for 60 readers %s', async (seed, _whose, shared) => {
    const result = await runLoad(nodes, { readers, cuts, shared, words: 60, pace: 5, seed });

    expect(result.wrong).toEqual([]);
    expect(result.cuts).toEqual(Array(readers).fill(cuts));
  });
});
