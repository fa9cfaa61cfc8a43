/** Fn::Cidr and Fn::GetAZs. */
import { isIPv4, isIPv6 } from 'node:net';
import type { Json } from '../../kernel.ts';
import { knownAfterApply } from './evaluation.ts';
import { invalid, isUnknown, type Resolved, type Scope, scalarText } from './scope.ts';
import { resolvedList } from './text-functions.ts';

/** Three zones a region, `a` to `c`: how many there really are is the account's to say. */
export function getAZs(argument: Json, scope: Scope): Resolved {
  const region = scalarText(scope.resolve(argument, scope));
  if (region === undefined) throw invalid('Template error: every Fn::GetAZs object must have a String-typed value.');
  return ['a', 'b', 'c'].map((zone) => `${region || scope.context.region}${zone}`);
}

/** `Fn::Cidr [ipBlock, count, cidrBits]`: consecutive blocks with `cidrBits` host bits (User Guide, "Fn::Cidr"). */
export function cidr(argument: Json, scope: Scope): Resolved {
  const [block, count, bits, ...rest] = resolvedList(argument, scope);
  if (isUnknown(block) || isUnknown(count) || isUnknown(bits)) return knownAfterApply;
  const range = parseBlock(String(block));
  const blocks = Number(count);
  const hostBits = Number(bits ?? (range?.width === 128 ? 64 : 8));
  if (
    !range ||
    rest.length > 0 ||
    !Number.isInteger(hostBits) ||
    !Number.isInteger(blocks) ||
    blocks < 1 ||
    blocks > 256
  ) {
    throw invalid(
      'Template error: every Fn::Cidr object requires two parameters, (1) a CIDR block and (2) the number of blocks between 1 and 256, and optionally (3) the number of subnet bits.',
    );
  }
  if (hostBits < 1 || BigInt(blocks) << BigInt(hostBits) > 1n << BigInt(range.width - range.prefix)) {
    throw invalid(`Template error: Fn::Cidr cannot fit ${blocks} blocks of ${hostBits} bits in ${block}`);
  }
  return Array.from({ length: blocks }, (_, index) => {
    const first = range.first + (BigInt(index) << BigInt(hostBits));
    return `${range.width === 32 ? ipv4Text(first) : ipv6Text(first)}/${range.width - hostBits}`;
  });
}

interface Block {
  readonly first: bigint;
  readonly prefix: number;
  readonly width: 32 | 128;
}

function parseBlock(text: string): Block | undefined {
  const [address = '', prefixText = '', ...rest] = text.split('/');
  const width = address.includes(':') ? 128 : 32;
  const value = width === 32 ? ipv4Value(address) : ipv6Value(address);
  const prefix = /^\d+$/.test(prefixText) ? Number(prefixText) : Number.NaN;
  if (value === undefined || rest.length > 0 || !(prefix <= width)) return undefined;
  const hostBits = BigInt(width - prefix);
  return { first: (value >> hostBits) << hostBits, prefix, width };
}

function ipv4Value(address: string): bigint | undefined {
  if (!isIPv4(address)) return undefined;
  return address.split('.').reduce((value, part) => value * 256n + BigInt(part), 0n);
}

function ipv6Value(address: string): bigint | undefined {
  if (!isIPv6(address)) return undefined;
  const [head = [], tail = []] = shortened(address)
    .split('::')
    .map((half) => (half === '' ? [] : half.split(':')));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return [...head, ...zeros, ...tail].reduce((value, part) => value * 65_536n + BigInt(`0x${part}`), 0n);
}

const ipv4Text = (value: bigint): string =>
  [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');

function ipv6Text(value: bigint): string {
  const parts = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - index * 16)) & 65_535n).toString(16));
  return shortened(parts.join(':'));
}

/** RFC 5952, which URLs follow: lower case, the longest run of zeros left out. */
const shortened = (address: string): string => new URL(`http://[${address}]`).hostname.slice(1, -1);
