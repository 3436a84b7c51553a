/** Loaded into a server before Next.js: tells on its channel what the process has taken so far. */
process.on('message', (id) => process.send?.({ id, usage: process.cpuUsage() }))
// Whoever has asked for the server is gone, and may not have had the time to stop it.
process.on('disconnect', () => process.exit())
