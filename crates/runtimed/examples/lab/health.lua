-- Asks for the health, and counts the answers by status.
local statuses = {}

function response(status)
  statuses[status] = (statuses[status] or 0) + 1
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
