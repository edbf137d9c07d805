/*
 * A server of the Model Context Protocol over stdio, without its SDK: `node tool-server.mjs [--silent] [--fail]`. It writes its
 * process id to standard error, and ends when its standard input does.
 */
import { createInterface } from 'node:readline';

const schema = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] };
const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

if (process.argv.includes('--fail')) {
  process.stderr.write('no \u001b[31mkey\nset KEY');
  process.exit(3);
}
if (!process.argv.includes('--silent')) {
  process.stderr.write(`runs as ${process.pid}, KEY=${process.env.KEY}\n`);
}

const call = ({ name, arguments: { text }, _meta: meta }, reply) => {
  switch (name) {
    case 'repeat':
      return reply({ content: [{ type: 'text', text: `${text}, ${text}` }] });
    case 'count': {
      const params = { progressToken: meta.progressToken, progress: 1, total: 2, message: `half of\n${text}` };
      send({ method: 'notifications/progress', params });
      // Progress that is read together with the result may be lost by the client's SDK.
      return process.once('SIGUSR2', () => reply({ content: [{ type: 'text', text: String(text.length) }] }));
    }
    case 'fail':
      return reply({ content: [{ type: 'text', text: 'never \u001b[31mworks' }], isError: true });
    case 'die':
      return process.exit(1);
  }
};

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  const reply = (result) => send({ id, result });
  switch (method) {
    case 'initialize': {
      const { protocolVersion } = params;
      return reply({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'fake', version: '1' } });
    }
    case 'tools/list':
      return reply({
        tools: ['repeat', 'count', 'fail', 'die'].map((name) => ({ name, description: name, inputSchema: schema })),
      });
    case 'tools/call':
      return call(params, reply);
  }
});
