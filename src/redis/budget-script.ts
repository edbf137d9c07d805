/**
 * Takes a cost of a budget, gives one back, or holds a budget. Replies with the milliseconds after which to ask again; 0 if the
 * cost was taken.
 *
 * Invariant: no window of the given length, wherever it begins on Redis's clock, holds more than the limits with which its
 * costs were taken, but for a single cost that is above a limit by itself. A refused take changes nothing. Of equal costs the
 * oldest is given back, so that what stays counts for long enough, whichever of them was left.
 */
export const budgetScript = `
local taken, state = KEYS[1], KEYS[2]
local name, requests, tokens, maxRequests, maxTokens, window = unpack(ARGV)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function costOf(member)
  local costRequests, costTokens = string.match(member, '^[^:]*:([^:]*):([^:]*)$')
  return tonumber(costRequests), tonumber(costTokens)
end

local function drop(member)
  local costRequests, costTokens = costOf(member)
  redis.call('ZREM', taken, member)
  -- Redis takes 0, not the -0 that Lua makes of it.
  redis.call('HINCRBY', state, 'requests', 0 - costRequests)
  redis.call('HINCRBY', state, 'tokens', 0 - costTokens)
end

if name == 'hold' then
  local held = math.max(tonumber(redis.call('HGET', state, 'held') or 0), now + requests)
  redis.call('HSET', state, 'held', held)
  -- The costs expire with their sums.
  local rest = math.max(held - now, redis.call('PTTL', state))
  redis.call('PEXPIRE', state, rest)
  redis.call('PEXPIRE', taken, rest)
  return 0
end

if name == 'give' then
  for _, member in ipairs(redis.call('ZRANGE', taken, 0, -1)) do
    if string.match(member, ':(.*)$') == requests .. ':' .. tokens then
      drop(member)
      return 0
    end
  end
  return 0
end

for _, member in ipairs(redis.call('ZRANGE', taken, '-inf', now - window, 'BYSCORE')) do drop(member) end
local known = redis.call('HMGET', state, 'requests', 'tokens', 'held')
local sumRequests, sumTokens = tonumber(known[1] or 0), tonumber(known[2] or 0)

local free, place = now, 0
while redis.call('ZCARD', taken) > place
  and (sumRequests + requests > tonumber(maxRequests) or sumTokens + tokens > tonumber(maxTokens)) do
  local oldest = redis.call('ZRANGE', taken, place, place, 'WITHSCORES')
  local costRequests, costTokens = costOf(oldest[1])
  sumRequests, sumTokens, free = sumRequests - costRequests, sumTokens - costTokens, oldest[2] + window
  place = place + 1
end
local wait = math.max(free, tonumber(known[3] or 0)) - now
if wait > 0 then return wait end

local number = redis.call('HINCRBY', state, 'number', 1)
redis.call('ZADD', taken, now, string.format('%016d:%s:%s', number, requests, tokens))
redis.call('HINCRBY', state, 'requests', requests)
redis.call('HINCRBY', state, 'tokens', tokens)
local rest = math.max(window, redis.call('PTTL', state))
redis.call('PEXPIRE', taken, rest)
redis.call('PEXPIRE', state, rest)
return 0
`;
