/**
 * Reads entries of a stream after a number. Replies with the state and the entries, or with nothing if there is no such stream
 * of the owner.
 *
 * Invariant: a reader is among the readers, for at most a lease at a time, exactly if its last reply had no entries and the
 * stream was open; an append that follows therefore notifies it. `lost` and `ended` are told with the last entries only.
 * Reading goes on when Redis has no memory left for the list of readers.
 */
export const pageScript = `
local log, state, readers = KEYS[1], KEYS[2], KEYS[3]
local owner, after, following, reader, waits, lease, count, bytes = unpack(ARGV)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known = redis.call('HMGET', state, 'owner', 'last', 'lease', 'ended')
if known[1] ~= owner then return false end
local last = tonumber(known[2])
if last > 0 and redis.call('EXISTS', log) == 0 then return false end

local page, taken = {}, 0
for _, entry in ipairs(redis.call('XRANGE', log, following .. '-0', '+', 'COUNT', count)) do
  taken = taken + #entry[2][2]
  if #page > 0 and taken > tonumber(bytes) then break end
  page[#page + 1] = entry
end

local name = 'open'
if after + #page >= last then
  if known[4] then
    name = 'ended'
  elseif tonumber(known[3]) < now then
    name = 'lost'
  end
end
redis.pcall('HSET', state, 'read', now)
if waits == '1' and #page == 0 and name == 'open' then
  redis.call('ZREMRANGEBYSCORE', readers, '-inf', '(' .. now)
  redis.pcall('ZADD', readers, now + lease, reader)
  redis.call('PEXPIRE', readers, lease)
else
  redis.call('ZREM', readers, reader)
end
return { name, page }
`;
