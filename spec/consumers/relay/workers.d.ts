/* As `wrangler types` writes it. */
declare module 'cloudflare:workers' {
  export const env: { readonly OPENAI_API_KEY: string; readonly OPENAI_BASE_URL: string };
}
