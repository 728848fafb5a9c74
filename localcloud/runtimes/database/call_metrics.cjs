// Reports each call that dynalite answers: one line of JSON into the pipe that DYNALITE_CALLS names.
// Also reports the capacity units that each call consumes, of the table and of each index.
// Loaded before dynalite. A line that does not fit into the pipe is dropped, so it blocks nothing.
const fs = require('fs')
const http = require('http')
const path = require('path')
const db = require(path.join(path.dirname(process.argv[1]), 'db'))

const LONGEST = 1 << 16 // how much of a request is searched for the table's name
const TABLE = /"TableName"\s*:\s*"([^"\\]+)"|"RequestItems"\s*:\s*\{\s*"([^"\\]+)"/
const pipe = fs.openSync(process.env.DYNALITE_CALLS, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK)
const emit = http.Server.prototype.emit

http.Server.prototype.emit = function (event, request, response) {
  const own = event === 'request' && request.headers['user-agent'] === 'localcloud'
  if (event === 'request' && !own) watch(request, response)
  return emit.apply(this, arguments)
}

function watch(request, response) {
  const began = process.hrtime.bigint()
  let body = ''
  request.on('data', (piece) => {
    if (body.length < LONGEST) body += piece.toString('latin1')
  })
  response.on('finish', () => {
    const [, one, many] = TABLE.exec(body) || []
    const call = {
      table: one || many,
      operation: String(request.headers['x-amz-target']).split('.').pop(),
      status: response.statusCode,
      ms: Number(process.hrtime.bigint() - began) / 1e6,
    }
    report(call)
  })
}

function report(line) {
  try {
    fs.writeSync(pipe, JSON.stringify(line) + '\n')
  } catch {} // there is no reader, or it is too slow
}

const { addConsumedCapacity, queryTable, updateIndexes } = db

// Of one item of the table: the actions call it with the items before and after.
db.addConsumedCapacity = function (data, isRead, ...items) {
  const { CapacityUnits: units } = addConsumedCapacity(
    { ...data, ReturnConsumedCapacity: 'TOTAL' }, isRead, ...items)
  report({ table: data.TableName, metric: isRead ? 'read' : 'write', units })
  return addConsumedCapacity(data, isRead, ...items)
}

db.queryTable = function (store, table, data, ...rest) {
  const done = rest.pop()
  const isQuery = 'KeyConditions' in data // a scan is the local cloud's own
  const asked = isQuery ? { ...data, ReturnConsumedCapacity: 'INDEXES' } : data
  queryTable(store, table, asked, ...rest, (error, result) => {
    if (result && isQuery) {
      reportQuery(result.ConsumedCapacity)
      if (!data.ReturnConsumedCapacity || data.ReturnConsumedCapacity === 'NONE') {
        delete result.ConsumedCapacity
      } else if (data.ReturnConsumedCapacity === 'TOTAL') {
        const { CapacityUnits, TableName } = result.ConsumedCapacity
        result.ConsumedCapacity = { CapacityUnits, TableName }
      }
    }
    done(error, result)
  })
}

function reportQuery(consumed) {
  const table = consumed.TableName
  const indexes = Object.entries(consumed.GlobalSecondaryIndexes || {})
  if (!indexes.length) report({ table, metric: 'read', units: consumed.CapacityUnits })
  for (const [index, used] of indexes) {
    // An empty result consumes the minimum: half a unit, because it is eventually consistent.
    report({ table, index, metric: 'read', units: used.CapacityUnits || 0.5 })
  }
}

db.updateIndexes = function (store, table, before, after, done) {
  for (const index of table.GlobalSecondaryIndexes || []) {
    const units = indexWriteUnits(index, before, after, table)
    if (units) {
      report({ table: table.TableName, index: index.IndexName, metric: 'write', units })
    }
  }
  updateIndexes(store, table, before, after, done)
}

// An item whose projected attributes stay the same is not written. One that moves is deleted first.
function indexWriteUnits(index, before, after, table) {
  const [old] = db.getIndexActions([index], null, before, table).puts
  const [now] = db.getIndexActions([index], null, after, table).puts
  if (old && now && JSON.stringify(old.item) === JSON.stringify(now.item)) return 0
  if (old && now && old.key === now.key) return Math.max(writeUnits(old.item), writeUnits(now.item))
  return (old ? writeUnits(old.item) : 0) + (now ? writeUnits(now.item) : 0)
}

function writeUnits(item) {
  const there = Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined))
  return Math.ceil(db.itemSize(there) / 1024)
}
