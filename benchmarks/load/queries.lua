-- wrk: `unique` in the path becomes a number that no request has had before.
local thread_number = 0
function setup(thread)
  thread:set("first", thread_number * 100000000 + (tonumber(os.getenv("FIRST_SEED")) or 0))
  thread_number = thread_number + 1
end

function request()
  first = first + 1
  return wrk.format("GET", (wrk.path:gsub("unique", string.format("%d", first))))
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("rate %.3f p99 %.3f errors %d\n", summary.requests / summary.duration * 1e6, latency:percentile(99) / 1000,
    e.connect + e.read + e.write + e.status + e.timeout))
end
