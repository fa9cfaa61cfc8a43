/**
 * Which address a page probe may go to. It comes out of a stack's output, which whoever writes the template decides: it must not lead to what
 * only Drawbridge's functions can reach.
 */

/** Bytes of a URL that are too many for an output to be meant as one. */
const longest = 2048;

export type ProbeUrl =
  | { readonly kind: 'url'; readonly url: URL }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * The output's URL with the probe's path behind it. Only https, at a name or a public address, without a user. `sandbox` is the origin of the
 * sandbox in a rehearsal, the only loopback address there is.
 */
export function probeUrl(output: string, path: string | undefined, sandbox?: string): ProbeUrl {
  const text = `${path === undefined ? output : output.replace(/\/+$/, '')}${path ?? ''}`;
  if (output.length > longest || !URL.canParse(text)) return refused('the output is no URL');
  return allowedUrl(new URL(text), sandbox);
}

function allowedUrl(url: URL, sandbox: string | undefined): ProbeUrl {
  if (url.username !== '' || url.password !== '') return refused('its URL holds a user');
  if (sandbox !== undefined && url.origin === sandbox) return { kind: 'url', url };
  if (url.protocol !== 'https:') return refused(`its URL is not https but ${url.protocol.replace(/:$/, '')}`);
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (isAddress(host) ? !isPublicAddress(host) : isInternalName(host))
    return refused(`${host} is not a public address`);
  return { kind: 'url', url };
}

/** Names that resolve inside of a network or a machine only (RFC 6761, RFC 8375; Amazon EC2 User Guide, "Instance metadata"). */
function isInternalName(host: string): boolean {
  return !host.includes('.') || /(^|\.)(localhost|local|internal|home\.arpa)$/.test(host);
}

/** `URL` writes every form of an IPv4 address (decimal, octal, short) with four numbers, and IPv6 in its short form. */
function isAddress(host: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(host) || host.includes(':');
}

/** Whether an address is one of the public internet (IANA special-purpose address registries). */
export function isPublicAddress(address: string): boolean {
  if (address.includes(':')) return isPublicV6(address.toLowerCase());
  const bytes = address.split('.').map(Number);
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  return bytes.length === 4 && !special.some(([from, bits]) => isWithin(value, from, bits));
}

const special: readonly (readonly [from: string, bits: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Instance metadata, credentials of containers and functions.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  // Multicast, reserved, broadcast.
  ['224.0.0.0', 3],
];

function isWithin(value: number, from: string, bits: number): boolean {
  const start = from.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
  return Math.floor(value / 2 ** (32 - bits)) === Math.floor(start / 2 ** (32 - bits));
}

/**
 * Only 2000::/3 is routed publicly, less documentation (2001:db8::/32, 3fff::/20), protocol assignments with Teredo (2001::/23) and 6to4 (2002::/16),
 * which carry IPv4 addresses inside. Mapped and translated IPv4 addresses lie outside of 2000::/3, and are refused with the rest.
 */
function isPublicV6(address: string): boolean {
  const [first = '', second = '0'] = address.split(':');
  const [high, low] = [Number.parseInt(first || '0', 16), Number.parseInt(second || '0', 16)];
  if (high < 0x2000 || high > 0x3fff || high === 0x2002) return false;
  if (high === 0x2001) return low >= 0x200 && low !== 0xdb8;
  return high !== 0x3fff || low >= 0x1000;
}

function refused(reason: string): ProbeUrl {
  return { kind: 'refused', reason };
}
