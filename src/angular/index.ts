/* Clients are provided and injected */
export { provideClient } from './provide-client.js';
export { CLIENT } from './client-token.js';
export { injectClient } from './inject-client.js';

/* What a client is provided with */
export type { ClientFeature } from './client-feature.js';
export { withName } from './with-name.js';
export { withClientInterceptors } from './with-client-interceptors.js';
export { withHttpClient } from './with-http-client.js';

/* Conversations become signals */
export { injectConversation } from './inject-conversation.js';
export type { ConversationConfig, ConversationRef } from './conversation-ref.js';
