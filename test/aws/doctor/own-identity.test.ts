/** The time of STS is read off its answers, so this one talks to a server. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readOwnIdentity } from '#shared/aws/doctor/own-identity.ts';

const arn = 'arn:aws:sts::111111111111:assumed-role/drawbridge-orchestrator/drawbridge-doctor';
const answer = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Account>111111111111</Account><Arn>${arn}</Arn><UserId>AROA1:drawbridge-doctor</UserId>
</GetCallerIdentityResult></GetCallerIdentityResponse>`;
const next: { date: string | undefined } = { date: undefined };
const server = createServer((_request, response) => {
  response.sendDate = false;
  response.writeHead(200, { 'content-type': 'text/xml', ...(next.date === undefined ? {} : { date: next.date }) });
  response.end(answer);
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL_STS', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'ASIA1');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'x');
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
  server.closeAllConnections();
});

describe('who we are', () => {
  it('is told with the time of STS next to ours', async () => {
    next.date = 'Mon, 05 Jan 2026 09:00:00 GMT';
    const { orchestrator, clock } = await readOwnIdentity();
    expect(orchestrator).toEqual({ account: '111111111111', arn, roleId: 'AROA1', region: 'eu-west-1' });
    expect(clock.theirs).toBe('2026-01-05T09:00:00.000Z');
    expect(Math.abs(Date.parse(clock.ours) - Date.now())).toBeLessThan(60_000);
  });

  it('is told without where the answer has none', async () => {
    next.date = undefined;
    expect((await readOwnIdentity()).clock).not.toHaveProperty('theirs');
  });
});
