/** T-18, B-47: addresses of people's configuration, in the forms in which they lead somewhere else. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { urlFault } from '#shared/domain/http/public-url.ts';

describe('an address', () => {
  it.each([
    ['https://deploys.example.com/promotions/{promotion}'],
    ['https://deploys.example.com:8443/x?promotion={promotion}#top'],
    ['https://xn--bcher-kva.example.org'],
    ['https://10.example.com'],
  ])('%s is allowed', (url) => {
    expect(urlFault(url)).toBeUndefined();
  });

  it.each([
    ['http://deploys.example.com', /https/],
    ['HTTP://deploys.example.com', /https/],
    ['ftp://deploys.example.com', /https/],
    ['javascript:alert(1)', /https/],
    ['//deploys.example.com', /no address/],
    ['deploys.example.com', /no address/],
    ['', /no address/],
    ['https://', /no address/],
    ['https://{promotion}.example.com', /internet/],
    ['https://deploys.example.com/a b', /no address/],
    ['https://deploys.example.com/\n', /no address/],
    ['https://dеploys.example.com', /no address/],
    [`https://deploys.example.com/${'x'.repeat(2000)}`, /no address/],
    ['https://a@b', /@/],
    ['https://a:secret@deploys.example.com', /@/],
    ['https://:secret@deploys.example.com', /@/],
    ['https://deploys.example.com@169.254.169.254/', /@/],
    ['https://@deploys.example.com', /@/],
    ['https://169.254.169.254/latest/meta-data/', /IP/],
    ['https://169.254.169.254./', /IP/],
    ['https://2852039166/', /IP/],
    ['https://0xa9fea9fe/', /IP/],
    ['https://0251.0376.0251.0376/', /IP/],
    ['https://169.254.43518/', /IP/],
    ['https://127.0.0.1', /IP/],
    ['https://127.1', /IP/],
    ['https://0/', /IP/],
    ['https://[::1]/', /IP/],
    ['https://[::ffff:169.254.169.254]/', /IP/],
    ['https://[fd00:ec2::254]/', /IP/],
    ['https://8.8.8.8', /IP/],
    ['https://localhost', /internet/],
    ['https://LOCALHOST:8080', /internet/],
    ['https://localhost./', /internet/],
    ['https://api.localhost', /internet/],
    ['https://metadata.google.internal', /internet/],
    ['https://ip-10-0-0-1.eu-west-1.compute.internal', /internet/],
    ['https://printer.local', /internet/],
    ['https://intranet', /internet/],
  ])('%s is not: %s', (url, why) => {
    expect(urlFault(url)).toMatch(why);
  });

  it('law: no IPv4 address is allowed, in whatever form its four bytes are written', () => {
    const forms = fc.constantFrom(
      (bytes: readonly number[]) => bytes.join('.'),
      (bytes: readonly number[]) => String(numberOf(bytes)),
      (bytes: readonly number[]) => `0x${numberOf(bytes).toString(16)}`,
      (bytes: readonly number[]) => bytes.map((byte) => `0${byte.toString(8)}`).join('.'),
    );
    const bytes = fc.array(fc.nat(255), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(bytes, forms, (four, form) => {
        expect(urlFault(`https://${form(four)}/`)).toBe('is an IP address');
      }),
      { seed: 47 },
    );
  });
});

const numberOf = (bytes: readonly number[]): number => bytes.reduce((sum, byte) => sum * 256 + byte, 0);
