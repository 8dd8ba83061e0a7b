const { connect } = require('node:net');

const services = { MySQL: 3306, Redis: 6379 };

/** Jest must know which tests there are before it runs any, so what they need is looked for once, before all of them. */
module.exports = async () => {
  const missing = process.env.REQUIRE_SERVICES === '1' ? [] : await unreachable();
  process.env.MISSING_SERVICES = missing.join(',');
};

async function unreachable() {
  const found = await Promise.all(Object.entries(services).map(async ([name, port]) => [name, await answers(port)]));
  return found.filter(([, isThere]) => !isThere).map(([name]) => name);
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 2_000 });
    const end = (isThere) => () => {
      socket.destroy();
      resolve(isThere);
    };
    socket.on('connect', end(true)).on('error', end(false)).on('timeout', end(false));
  });
}
