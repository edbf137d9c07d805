import { generate } from 'selfsigned';

/** Creates a self-signed certificate for the loopback address, and for `api.test`, which only a proxy knows. */
export async function createCertificate(): Promise<{ readonly key: string; readonly cert: string }> {
  const extensions = [
    { name: 'basicConstraints' as const, cA: true },
    {
      name: 'subjectAltName' as const,
      altNames: [
        { type: 7 as const, ip: '127.0.0.1' },
        { type: 2 as const, value: 'api.test' },
      ],
    },
  ];
  const made = await generate([{ name: 'commonName', value: 'rxllm' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions,
  });
  return { key: made.private, cert: made.cert };
}
