// dynalite throws when a client disconnects in the middle of a request, which would end the process.
// Loaded before dynalite. Every other exception still ends the process, which is then restarted.
process.on('uncaughtException', (error) => {
  if (error.code === 'ECONNRESET' && error.message === 'aborted') return
  console.error(error)
  process.exit(1)
})
