import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { getPage } from '#shared/aws/probes/get-page.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function sandboxAnswers(answer: RequestListener): Promise<string> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const url = new URL('https://api.example.com/health?deep=1');

describe('a page in a rehearsal', () => {
  it('is asked of the sandbox, which is told the whole address', async () => {
    const asked: (string | undefined)[] = [];
    const sandbox = await sandboxAnswers((incoming, outgoing) => {
      asked.push(incoming.method, incoming.url);
      outgoing.writeHead(201).end('all ok');
    });
    expect(await getPage(url, 5, { sandbox })).toEqual({ status: 201, body: 'all ok' });
    expect(asked).toEqual(['GET', `/_outside/?url=${encodeURIComponent(url.href)}`]);
  });

  it('is read for 64 KB and no further, however much there is', async () => {
    const sandbox = await sandboxAnswers((_, outgoing) => {
      outgoing.writeHead(200);
      const more = () => {
        while (!outgoing.destroyed && outgoing.write('x'.repeat(16_384)));
        outgoing.once('drain', more);
      };
      more();
    });
    const { body } = await getPage(url, 10, { sandbox });
    expect(body).toBe('x'.repeat(65_536));
  });

  it('does not follow a redirect', async () => {
    const sandbox = await sandboxAnswers((_, outgoing) => {
      outgoing.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    });
    expect(await getPage(url, 5, { sandbox })).toEqual({ status: 302, body: '' });
  });

  it('that hangs up could not be reached', async () => {
    const sandbox = await sandboxAnswers((incoming) => incoming.socket.destroy());
    await expect(getPage(url, 5, { sandbox })).rejects.toThrow(/^it could not be reached: /);
  });

  it('that never answers is not waited for', async () => {
    const sandbox = await sandboxAnswers(() => undefined);
    await expect(getPage(url, 0.05, { sandbox })).rejects.toThrow('it did not answer within 0.05 seconds');
  });
});

describe('a page of a deployment', () => {
  it.each(['https://localhost:9/', 'https://localhost.:9/'])(
    'is not asked for at %s, which is here',
    async (address) => {
      await expect(getPage(new URL(address), 5, {})).rejects.toThrow(/is not at a public address|ENOTFOUND|EAI_AGAIN/);
    },
  );
});
