import { runConsumer } from '../run-consumer.mjs';

await runConsumer(import.meta.dirname);
