// dynalite throws when a client goes away in the middle of a request, which would end it for all.
// Loaded before it; everything else that goes wrong still ends the process, to be started again.
process.on('uncaughtException', (error) => {
  if (error.code === 'ECONNRESET' && error.message === 'aborted') return
  console.error(error)
  process.exit(1)
})
