import { readBoth } from '../fuzz/read-both.js';
import { streamOf } from '../fuzz/streams.js';

const groups = 20;
const groupSize = 100;

describe('a stream with and without the lane for repeating events', () => {
  const total = { notifications: 0, hits: 0, streamsHit: 0 };

  it.each(Array.from({ length: groups }, (_, place) => place * groupSize))(
    'emits the same and shares no object, for the 100 random streams from seed %i on',
    (first) => {
      for (let seed = first; seed < first + groupSize; seed += 1) {
        try {
          const { notifications, hits } = readBoth(streamOf(seed));
          total.notifications += notifications;
          total.hits += hits;
          total.streamsHit += hits > 0 ? 1 : 0;
        } catch (error) {
          throw new Error(`The lanes differ in the stream of seed ${seed}`, { cause: error });
        }
      }
    },
  );

  it('was read by the lane for a good part', () => {
    expect(total.streamsHit).toBeGreaterThan((groups * groupSize) / 3);
    expect(total.hits).toBeGreaterThan(total.notifications / 4);
  });
});
