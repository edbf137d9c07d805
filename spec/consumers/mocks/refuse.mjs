/* Prints for each dispatcher of undici whether undiciTransport takes it. */
import { undiciTransport } from 'rxllm/node';

for (const version of process.argv.slice(2)) {
  const { Agent, MockAgent, ProxyAgent, RetryAgent, default: undici } = await import(version);
  const agent = new Agent();
  const composed =
    agent.compose === undefined ? [] : [agent.compose((dispatch) => (options, handler) => dispatch(options, handler))];
  const retrying = RetryAgent === undefined ? [] : [new RetryAgent(agent)];
  for (const dispatcher of [
    agent,
    new MockAgent(),
    new ProxyAgent('http://proxy.test'),
    new undici.Pool('http://a.test'),
    ...composed,
    ...retrying,
  ]) {
    process.stdout.write(`${version} ${taken(dispatcher)}\n`);
  }
}

function taken(dispatcher) {
  try {
    undiciTransport({ dispatcher });
    return 'taken';
  } catch (error) {
    return error.name;
  }
}
