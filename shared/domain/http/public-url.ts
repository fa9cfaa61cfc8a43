/** Addresses that people configure to be linked to or called: on the internet, over TLS, and naming nobody's password. */

/** Names that are not of the internet (RFC 6761, RFC 6762, RFC 9476, ICANN's reservation of `internal`). */
const notPublic =
  /(^|\.)(localhost|local|internal|intranet|private|corp|home|lan|test|invalid|example|alt|onion|arpa)$/;

/**
 * Why an address is not allowed, or undefined. An IP address never is, in whatever form it is written: the URL parser makes every form of
 * IPv4 the usual one (WHATWG URL, "host parsing"), and private ranges need no list then.
 */
export function urlFault(text: string): string | undefined {
  const url = /^[\x21-\x7e]{1,2000}$/.test(text) ? URL.parse(text) : null;
  if (url === null) return 'is no address, or has other characters than ASCII';
  if (url.protocol !== 'https:') return 'does not begin with https';
  if (url.username !== '' || url.password !== '' || text.includes('@'))
    return 'has a user name, a password or an @ in it';
  const host = url.hostname.replace(/\.$/, '');
  if (/^\[|^[\d.]+$/.test(host)) return 'is an IP address';
  if (!/^[a-z0-9.-]+\.[a-z0-9-]+$/.test(host) || notPublic.test(host)) return 'is not a host of the internet';
  return undefined;
}
