/**
 * Marks a stream as stopped. Replies whether there is such a stream of the owner.
 *
 * Invariant: it changes nothing that readers see; the writer learns of it from its next append, and ends the stream.
 */
export const stopScript = `
local state = KEYS[1]
if redis.call('HGET', state, 'owner') ~= ARGV[1] then return 0 end
redis.call('HSET', state, 'stopped', 1)
return 1
`;
