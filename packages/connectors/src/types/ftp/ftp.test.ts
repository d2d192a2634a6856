import { readFileSync } from 'node:fs';
import { describeConnectionType } from '../../kit/connection-type-contract.ts';
import { proftpdProgram, startProftpd } from '../../testing/proftpd.ts';
import { ftp } from './index.ts';

const pem = readFileSync(new URL('../../kit/fixtures/db.example.test.pem', import.meta.url), 'utf8');
const least = { host: 'files.example.com', username: 'ann', password: 'secret', protocol: 'FTP' };

describeConnectionType(ftp, {
  least,
  full: {
    host: 'files.example.com',
    port: 2121,
    username: 'ann',
    password: 'canary-ftp-77',
    workingDir: '/inbox',
    protocol: 'FTPS',
    timeout: 5_000,
    retryCount: 1,
    useImplicit: false,
    useExplicit: true,
    sslProtocol: 'TLSv1.2',
    ca: 'PEM',
    hostKey: 'SHA256:abc',
  },
  canaries: ['canary-ftp-77'],
  unfit: {
    'FTPS that is neither implicit nor explicit': { settings: { protocol: 'FTPS' }, field: 'useExplicit' },
    'FTPS that is both': {
      settings: { protocol: 'FTPS', useImplicit: true, useExplicit: true },
      field: 'useExplicit',
    },
    'a TLS version that is not safe': { settings: { sslProtocol: 'SSLv3' }, field: 'sslProtocol' },
  },
  network: {
    at: (host, port) => ({ host, port, ca: null, sslProtocol: null }),
    impatient: { timeout: 200 },
  },
  ...(proftpdProgram !== undefined && {
    async live() {
      const server = await startProftpd({ tls: pem });
      return {
        settings: {
          host: server.host,
          port: server.port,
          username: server.user,
          password: server.password,
          protocol: 'FTPS',
          useExplicit: true,
          ca: pem,
        },
        refusedCredentials: { password: 'not-the-canary-0815' },
        stop: () => server.stop(),
      };
    },
  }),
});
