const { createClient, textDeltas } = require('rxllm');
const ask = require('./ask.cjs');

ask({ createClient, textDeltas });
