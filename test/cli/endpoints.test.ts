import { describe, expect, it } from 'vitest';
import { checkEndpoints, isLoopback } from '#cli/endpoints.ts';
import { DrawbridgeError } from '#shared/domain/errors/catalogue.ts';

const real = 'https://a1b2c3.execute-api.eu-west-1.amazonaws.com';

function outcome(api: string, environment: Record<string, string> = {}): string {
  try {
    return checkEndpoints(api, environment);
  } catch (error) {
    if (!(error instanceof DrawbridgeError)) throw error;
    expect(error.problem.exit).toBe(2);
    return `${error.problem.code} ${error.problem.cause}`;
  }
}

describe('the address of the API', () => {
  it.each([
    ['over https', real, real],
    ['with a slash at its end', `${real}/`, real],
    ['with a path', `${real}/prod`, `${real}/prod`],
    ['on this machine', 'http://127.0.0.1:4000/_api/x', 'http://127.0.0.1:4000/_api/x'],
    ['on this machine by name', 'http://localhost:4000', 'http://localhost:4000'],
    ['on this machine, IPv6', 'http://[::1]:4000', 'http://[::1]:4000'],
  ])('%s is taken', (_name, api, expected) => {
    expect(outcome(api)).toBe(expected);
  });

  it.each([
    [
      'over http',
      'http://api.example.com',
      'ENDPOINT_INVALID The address http://api.example.com (--api) is refused: http',
    ],
    ['over http to a name that only looks local', 'http://127.0.0.1.example.com', 'ENDPOINT_INVALID'],
    ['over http to the local network', 'http://10.0.0.1', 'ENDPOINT_INVALID'],
    [
      'of another kind',
      'ftp://api.example.com',
      'ENDPOINT_INVALID The address ftp://api.example.com (--api) is refused: it begins',
    ],
    [
      'that is none',
      'api.example.com',
      'ENDPOINT_INVALID The address api.example.com (--api) is refused: it is no URL',
    ],
  ])('%s is refused', (_name, api, expected) => {
    expect(outcome(api)).toContain(expected);
  });

  it('with a password is refused without showing it', () => {
    const refused = outcome('https://carol:CANARY@api.example.com');
    expect(refused).toContain(
      'ENDPOINT_INVALID The address api.example.com (--api) is refused: it carries a user name',
    );
    expect(refused).not.toContain('CANARY');
  });
});

describe('an endpoint override in the environment', () => {
  it.each([
    ['to this machine, of a real API', real, { AWS_ENDPOINT_URL: 'http://127.0.0.1:4000' }, 'WORLDS_MIXED'],
    ['of one service', real, { AWS_ENDPOINT_URL_STS: 'http://localhost:4000' }, 'WORLDS_MIXED'],
    ['over http to another machine', real, { AWS_ENDPOINT_URL: 'http://10.0.0.1' }, 'ENDPOINT_INVALID'],
    ['over http, of a sandbox', 'http://127.0.0.1:1', { AWS_ENDPOINT_URL_S3: 'http://10.0.0.1' }, 'ENDPOINT_INVALID'],
  ])('%s is refused and named', (_name, api, environment, code) => {
    const refused = outcome(api, environment);
    expect(refused.split(' ')[0]).toBe(code);
    expect(refused).toContain(Object.keys(environment)[0]);
  });

  it.each([
    ['over https, as for VPC endpoints', real, { AWS_ENDPOINT_URL_STS: 'https://sts.internal.example.com' }],
    ['of a sandbox to the same sandbox', 'http://127.0.0.1:1/_api/x', { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }],
    ['that is empty', real, { AWS_ENDPOINT_URL: '' }],
    ['of another name', real, { MY_AWS_ENDPOINT_URL: 'http://10.0.0.1' }],
  ])('%s is fine', (_name, api, environment) => {
    expect(outcome(api, environment)).toBe(api);
  });
});

describe('this machine', () => {
  it.each([
    ['http://127.0.0.1', true],
    ['http://127.9.9.9:1/x', true],
    ['http://localhost', true],
    ['http://[::1]', true],
    ['http://localhost.example.com', false],
    ['http://128.0.0.1', false],
    [real, false],
  ])('%s: %s', (address, expected) => {
    expect(isLoopback(address)).toBe(expected);
  });
});
