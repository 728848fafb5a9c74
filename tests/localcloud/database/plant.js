// Writes rows of indexes, or items, directly into LevelDB: plant.js DYNALITE FOLDER < changes.json
const path = require('path')
const [dynalite, folder] = process.argv.slice(2)
const db = require(path.join(dynalite, 'db'))
const { Level } = require(require.resolve('level', { paths: [dynalite] }))

async function main () {
  const level = new Level(folder, { valueEncoding: 'json' })
  const changes = JSON.parse(require('fs').readFileSync(0))
  for (const { table, index, put, del } of changes) {
    const described = await level.get('table~' + table)
    const one = (described.GlobalSecondaryIndexes || []).find((found) => found.IndexName === index)
    const key = index
      ? `index-global~${table}~${index}~` + db.createIndexKey(put || del, described, one.KeySchema)
      : `item-${table}~` + db.createKey(put || del, described)
    await (put ? level.put(key, put) : level.del(key))
  }
  await level.close()
}

main()
