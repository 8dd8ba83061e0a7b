/** Loaded into every process that run-node.mjs starts: it stops in an orderly way when its parent is gone. */
const isOurs = process.env.SA_PLATFORM_PARENT === String(process.ppid);

// Workers that the process forks inherit this file and have a channel of their own, which is theirs to handle.
if (process.channel && isOurs) {
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  // The channel alone is no reason to stay alive.
  process.channel.unref();
}
