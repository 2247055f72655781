-- wrk: one ballot a request, voters in turn. Arguments after --: FILE (lines "cookie<tab>body"; an
-- empty body asks for the page instead; one that ends in "nonce=" gets 64 digits that are never the same).
local rows, turn, serial = {}, 0, os.time() * 1000000

function init(args)
  for line in io.lines(args[1]) do
    local cookie, body = line:match("([^\t]*)\t(.*)")
    rows[#rows + 1] = {cookie, body}
  end
end

function request()
  turn = turn % #rows + 1
  local cookie, body = rows[turn][1], rows[turn][2]
  local headers = {["Cookie"] = "session=" .. cookie}
  if body == "" then return wrk.format("GET", wrk.path, headers) end
  if body:sub(-6) == "nonce=" then
    serial = serial + 1
    body = body .. string.format("%064d", serial)
  end
  if body:sub(1, 1) == "{" then  -- JSON, a blank, and the token for a header
    local json, token = body:match("(%b{}) (.*)")
    headers["Content-Type"], headers["X-CSRFToken"] = "application/json", token
    return wrk.format("POST", wrk.path, headers, json)
  end
  headers["Content-Type"] = "application/x-www-form-urlencoded"
  return wrk.format("POST", wrk.path, headers, body)
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
