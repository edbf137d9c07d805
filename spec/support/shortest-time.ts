/**
 * The shortest time of a few tries, in milliseconds; one that is short enough is the last. What a busy machine delays once
 * it does not delay each time.
 */
export async function shortestTime(enough: number, attempt: () => Promise<number>): Promise<number> {
  let shortest = Infinity;
  for (let tries = 0; tries < 5 && shortest >= enough; tries += 1) {
    shortest = Math.min(shortest, await attempt());
  }
  return shortest;
}
