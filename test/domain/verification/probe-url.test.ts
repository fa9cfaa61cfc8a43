import { describe, expect, it } from 'vitest';
import { isPublicAddress, probeUrl } from '#shared/domain/verification/probe-url.ts';

const sandbox = 'http://127.0.0.1:4566';

describe('the address of a page probe', () => {
  it.each([
    ['https://api.example.com', '/health', 'https://api.example.com/health'],
    ['https://api.example.com/', '/health?deep=1', 'https://api.example.com/health?deep=1'],
    ['https://api.example.com/v1', undefined, 'https://api.example.com/v1'],
    ['https://api.example.com:8443/v1//', '/x', 'https://api.example.com:8443/v1/x'],
    ['https://8.8.8.8', '/', 'https://8.8.8.8/'],
    ['https://[2606:4700::1111]', '/', 'https://[2606:4700::1111]/'],
  ])('%s with %s is %s', (output, path, expected) => {
    const found = probeUrl(output, path);
    expect(found.kind === 'url' ? found.url.href : found.reason).toBe(expected);
  });

  // T-18: what is meant to look like a public address and is none.
  it.each([
    ['no URL', 'api.example.com'],
    ['nothing', ''],
    ['a URL of more than 2,048 characters', `https://api.example.com/${'x'.repeat(2048)}`],
    ['plain http', 'http://api.example.com'],
    ['another scheme', 'file:///etc/passwd'],
    ['a user', 'https://api.example.com@169.254.169.254'],
    ['a password', 'https://a:b@api.example.com'],
    ['the metadata service', 'https://169.254.169.254/latest/meta-data'],
    ['the metadata service as a number', 'https://2852039166'],
    ['the metadata service in hexadecimal', 'https://0xa9fea9fe'],
    ['the metadata service in octal', 'https://0251.0376.0251.0376'],
    ['the metadata service with a dot behind', 'https://169.254.169.254.'],
    ['the metadata service in IPv6', 'https://[fd00:ec2::254]'],
    ['IPv4 inside of IPv6', 'https://[::ffff:169.254.169.254]'],
    ['IPv4 inside of NAT64', 'https://[64:ff9b::a9fe:a9fe]'],
    ['IPv4 inside of 6to4', 'https://[2002:a9fe:a9fe::]'],
    ['Teredo', 'https://[2001:0:a9fe:a9fe::1]'],
    ['credentials of containers', 'https://169.254.170.2'],
    ['loopback', 'https://127.0.0.1:9001'],
    ['short loopback', 'https://127.1'],
    ['IPv6 loopback', 'https://[::1]'],
    ['the unspecified address', 'https://0.0.0.0'],
    ['a private network', 'https://10.0.0.1'],
    ['another private network', 'https://172.31.255.255'],
    ['a home network', 'https://192.168.1.1'],
    ['link-local IPv6', 'https://[fe80::1]'],
    ['localhost', 'https://localhost'],
    ['a name below localhost', 'https://x.localhost'],
    ['a name inside of EC2', 'https://ip-10-0-0-1.ec2.internal'],
    ['a name without a domain', 'https://orders'],
    ['the sandbox, where there is none', sandbox],
  ])('is refused for %s', (_, output) => {
    expect(probeUrl(output, '/health')).toEqual({ kind: 'refused', reason: expect.any(String) });
  });

  it('is the sandbox in a rehearsal, and no other loopback address', () => {
    expect(probeUrl(`${sandbox}/_api/a1`, '/health', sandbox)).toMatchObject({ kind: 'url' });
    expect(probeUrl('http://127.0.0.1:4567', '/health', sandbox)).toMatchObject({ kind: 'refused' });
    expect(probeUrl(`${sandbox.replace('//', '//user@')}`, '/', sandbox)).toMatchObject({ kind: 'refused' });
  });
});

describe('a public address', () => {
  it.each([
    '1.1.1.1',
    '172.15.0.1',
    '172.32.0.1',
    '100.63.0.1',
    '100.128.0.1',
    '223.255.255.255',
    '2001:4860::8888',
    '3fff:1000::1',
  ])('is %s', (address) => expect(isPublicAddress(address)).toBe(true));
  it.each([
    '100.64.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '2001:db8::1',
    '3fff::1',
    '4000::1',
    '::',
    '1.2.3',
    'fc00::1',
  ])('is not %s', (address) => expect(isPublicAddress(address)).toBe(false));
});
