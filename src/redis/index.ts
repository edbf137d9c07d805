/* Streams of a relay in Redis */
export { redisLog, type RedisLogConfig } from './redis-log.js';
export type { AppendOptions, AppendResult, LogEntry, LogPage, StreamLog } from '../server/stream-log.js';

/* Limits that processes share */
export { redisBudget, type RedisBudgetConfig } from './redis-budget.js';
export type { BudgetCost, BudgetLimits, BudgetStore } from '../client/limit/budget-store.js';

/* What both use of a client of Redis */
export type { RedisClient, RedisScriptOptions, RedisSubscriber } from './redis-client.js';
