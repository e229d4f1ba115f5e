-- One kept frame: into the topic's stream, then to whoever listens. Both or, when Redis has no room for it, the second alone.
-- KEYS: stream, counter.  ARGV: frame, stream's length, its life (ms), the counter's life (ms), SPUBLISH or PUBLISH, channel.
-- Answers 1 if the frame was kept.

local function failed(answer)
  return type(answer) == 'table' and answer.err
end

-- Whatever else stands under a name of ours goes, unless Redis is full: then nothing can be written at all.
local function tried(write, key)
  local answer = write()
  if failed(answer) and not string.find(answer.err, 'OOM', 1, true) then
    redis.pcall('DEL', key)
    answer = write()
  end
  return answer
end

local place = tried(function() return redis.pcall('INCR', KEYS[2]) end, KEYS[2])
local kept = false
if failed(place) then
  place = 0
else
  redis.pcall('PEXPIRE', KEYS[2], ARGV[4])
  -- A stream that is older than its counter (that was evicted alone) refuses the number: it is begun anew.
  local id = string.format('%d-1', place)
  local answer = tried(function() return redis.pcall('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], id, 'e', ARGV[1]) end, KEYS[1])
  kept = not failed(answer)
  redis.pcall('PEXPIRE', KEYS[1], ARGV[3])
end
redis.call(ARGV[5], ARGV[6], string.format('k%d:', place) .. ARGV[1])
return kept and 1 or 0
