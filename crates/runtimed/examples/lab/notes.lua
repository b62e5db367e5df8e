-- Writes notes, and writes down which of them were acknowledged.
local statuses = {}
local file = io.open(os.getenv("LOAD_ACKNOWLEDGED"), "w")
local headers = {
  ["Authorization"] = os.getenv("LOAD_BEARER"),
  ["Content-Type"] = "application/json",
}
local body = '{"surface_id":"chat","title":"load","content_format":"text","content":"x","tags":[]}'

function request()
  return wrk.format("POST", "/v1/notes", headers, body)
end

function response(status, answered)
  statuses[status] = (statuses[status] or 0) + 1
  if status == 201 then
    file:write(answered["location"], "\n")
    file:flush()
  end
end

local threads = {}
function setup(thread) table.insert(threads, thread) end
function init() counts = statuses end

function done()
  for _, thread in ipairs(threads) do
    for status, count in pairs(thread:get("counts")) do
      print("status " .. status .. ": " .. count)
    end
  end
end
