/**
 * Appends entries to a stream. Replies with an `AppendResult`.
 *
 * Invariant: entry n of the Redis stream is `n-0`, entries have no gaps, and nothing is added after the end, by anyone but the
 * writer, after its lease has run out on Redis's clock once, or to a stream that was here and is not any more. What readers
 * were told is lost therefore stays as it is.
 */
export const appendScript = `
local log, state, readers = KEYS[1], KEYS[2], KEYS[3]
local writer, owner, creates, ends, detach, lease, ttl, bytes, channel = unpack(ARGV, 1, 9)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known = redis.call('HMGET', state, 'writer', 'owner', 'last', 'size', 'lease', 'ended', 'stopped', 'read')
-- What the last append may exceed the limit by.
local endRoom = 1024
local last, size, ended = tonumber(known[3] or 0), tonumber(known[4] or 0), known[6]

if not known[1] then
  if creates ~= '1' then return 'lost' end
elseif known[1] ~= writer or known[2] ~= owner then
  return 'lost'
elseif last > 0 and redis.call('EXISTS', log) == 0 then
  return 'lost'
end

local first, newest = nil, last
for i = 10, #ARGV, 3 do
  local number = tonumber(ARGV[i])
  if number > newest then
    if number > newest + 1 then return 'lost' end
    first, newest = first or i, number
    size = size + #ARGV[i + 1] + #ARGV[i + 2]
  end
end

if ended then return first and 'lost' or 'ok' end
if known[1] and tonumber(known[5]) < now then return 'lost' end
-- The writer ends a stopped stream, and a full one, by telling why.
if known[7] and ends ~= '1' then return 'stopped' end
local limit = tonumber(bytes)
if known[1] and ends == '1' then limit = limit + endRoom end
if first and size > limit then return 'full' end

for i = first or #ARGV + 1, #ARGV, 3 do
  local event = ARGV[i + 2]
  if event == '' then
    redis.call('XADD', log, ARGV[i] .. '-0', 'data', ARGV[i + 1])
  else
    redis.call('XADD', log, ARGV[i] .. '-0', 'data', ARGV[i + 1], 'event', event)
  end
end
local read = known[8] or now
redis.call('HSET', state, 'writer', writer, 'owner', owner, 'last', newest, 'size', size,
  'lease', now + lease, 'read', read)
local rest = tonumber(ttl)
if ends == '1' then
  redis.call('HSET', state, 'ended', 1)
else
  rest = rest + lease
end
redis.call('PEXPIRE', state, rest)
redis.call('PEXPIRE', log, rest)

if redis.call('ZCOUNT', readers, now, '+inf') > 0 then
  if first or ends == '1' then redis.call('PUBLISH', channel, newest) end
  return 'ok'
end
-- No reader could have come before the stream was there.
return known[1] and now - read >= tonumber(detach) and 'detached' or 'ok'
`;
