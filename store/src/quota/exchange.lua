-- Nodes compare what was taken. KEYS: one of each report. ARGV: who asks, for how long (ms) a node's count is believed, bursts that may be
-- owed, then four of each report: 't' rate burst cost, or 'h' count 0 0. Answers: what is left of a bucket; what the others hold.
-- All times are this server's.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local me, believed, debt = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local answers = {}

local function took(key, rate, burst, cost)
  local kept = redis.call('HMGET', key, 'left', 'at')
  local left, at = tonumber(kept[1]) or burst, tonumber(kept[2]) or now
  left = math.min(burst, left + math.max(0, now - at) / 1000 * rate)
  left = math.max(left - cost, -debt * burst)
  redis.call('HSET', key, 'left', tostring(left), 'at', string.format('%d', now))
  -- Full again, it is as good as none.
  redis.call('PEXPIRE', key, math.ceil((burst - left) / rate * 1000) + 1000)
  return left
end

local function holds(key, here)
  if here > 0 then
    redis.call('HSET', key, me, string.format('%d %d', here, now))
  else
    redis.call('HDEL', key, me)
  end
  local all, sum = redis.call('HGETALL', key), 0
  for i = 1, #all, 2 do
    if all[i] ~= me then
      local count, at = string.match(all[i + 1], '^(%d+) (%d+)$')
      if count and now - tonumber(at) <= believed then
        sum = sum + tonumber(count)
      else
        -- A node that is gone holds nothing.
        redis.call('HDEL', key, all[i])
      end
    end
  end
  redis.call('PEXPIRE', key, believed)
  return sum
end

for i, key in ipairs(KEYS) do
  local at = 4 * i
  local a, b, c = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local answer = ARGV[at] == 't' and took(key, a, b, c) or ARGV[at] == 'h' and holds(key, a)
  answers[i] = string.format('%.6f', answer)
end
return answers
