import { createHmac } from 'node:crypto';
import type { MfaDeviceRecord } from './state.ts';

const stepSeconds = 30;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The six digits a virtual MFA device shows at a time in epoch milliseconds (RFC 6238 with SHA-1, as AWS's devices compute them). */
export function mfaCode(seed: string, at: number): string {
  return codeOfStep(seed, stepAt(at));
}

/** True when the code is that of this or the previous half minute and counts for the first time; it is used up then. */
export function useMfaCode(device: MfaDeviceRecord, code: string, at: number): boolean {
  const current = stepAt(at);
  const step = [current, current - 1].find((one) => codeOfStep(device.seed, one) === code);
  if (step === undefined || step <= (device.lastStep ?? Number.NEGATIVE_INFINITY)) return false;
  device.lastStep = step;
  return true;
}

const stepAt = (milliseconds: number): number => Math.floor(milliseconds / 1000 / stepSeconds);

/** RFC 4226, section 5.3. */
function codeOfStep(seed: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', bytesOf(seed)).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 0x0f;
  return String((digest.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, '0');
}

/** RFC 4648 base32. Seeds have whole bytes. */
function bytesOf(seed: string): Buffer {
  const bits = [...seed].map((character) => alphabet.indexOf(character).toString(2).padStart(5, '0')).join('');
  const bytes = bits.match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}
