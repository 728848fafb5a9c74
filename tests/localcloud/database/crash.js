// Loaded before dynalite: kills it at one moment. The file crash.json beside the database folder says
// where, and at which write. The file is removed first, so it happens once.
const fs = require('fs')
const path = require('path')

const folder = process.argv[process.argv.indexOf('--path') + 1]
const plan = path.join(path.dirname(folder), 'crash.json')
const db = require(path.join(path.dirname(process.argv[1]), 'db'))

function die () {
  fs.unlinkSync(plan)
  process.kill(process.pid, 'SIGKILL')
  for (;;); // do nothing more
}

if (fs.existsSync(plan)) {
  const { where, after } = JSON.parse(fs.readFileSync(plan))
  let writes = 0
  const original = db.updateIndexes
  db.updateIndexes = function (store, table, before, item, cb) {
    const now = ++writes === after
    if (now && where === 'before the rows') die() // every earlier write is complete
    if (now && where === 'before rows are put') {
      // between the removal of old rows and the writing of new ones
      const real = store
      store = { getIndexDb: (...which) => ({ put: die, del: (key, done) => real.getIndexDb(...which).del(key, done) }) }
    }
    original(store, table, before, item, (err) => {
      if (now && where === 'before the item') die()
      cb(err)
    })
  }
  const create = db.create
  db.create = function (options) {
    const store = create(options)
    const put = store.tableDb.put
    store.tableDb.put = function (key, value, cb) {
      put(key, value, (err) => {
        if (value.TableStatus === where) die()
        cb(err)
      })
    }
    return store
  }
}
