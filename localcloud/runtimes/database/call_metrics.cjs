// Reports each call that dynalite answers: one line of JSON into the pipe that DYNALITE_CALLS names.
// Loaded before dynalite. A line that does not fit into the pipe is dropped, so it blocks nothing.
const fs = require('fs')
const http = require('http')

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
    try {
      fs.writeSync(pipe, JSON.stringify(call) + '\n')
    } catch {} // there is no reader, or it is too slow
  })
}
