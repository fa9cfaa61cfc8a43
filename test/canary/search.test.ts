/** The search of the canary: it finds every secret in every encoding at every place, and nothing else. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { searchFor } from './search.ts';
import type { Secret } from './secrets.ts';

const base64 = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const secretText = fc.array(base64, { minLength: 32, maxLength: 80 }).map((letters) => letters.join(''));
const kinds = fc.constantFrom('secret access key' as const, 'session token' as const, 'task token' as const);
const secrets = fc.uniqueArray(fc.record({ kind: kinds, text: secretText }), {
  minLength: 1,
  maxLength: 20,
  selector: ({ text }) => text,
});

const encodings: Record<string, (text: string) => string> = {
  'as it is': (text) => text,
  'in a URL': encodeURIComponent,
  'in JSON': (text) => JSON.stringify({ text }),
  'in JSON with escaped slashes': (text) => JSON.stringify({ text }).replaceAll('/', '\\/'),
  'in base64': (text) => Buffer.from(text).toString('base64'),
  'in base64 for URLs, one byte on': (text) => Buffer.from(`{${text}}`).toString('base64url'),
  'in base64, two bytes on': (text) => Buffer.from(`k=${text}, and more`).toString('base64'),
};

describe.each(Object.entries(encodings))('a secret %s', (_, encode) => {
  it('is found among others, wherever it begins', () => {
    fc.assert(
      fc.property(secrets, fc.string(), fc.string(), (all, before, after) => {
        const [hit, ...others] = all as [Secret, ...Secret[]];
        const found = searchFor(all)(`${before}${encode(hit.text)}${after}`);
        expect(found).toContain(hit.kind);
        expect(searchFor(others)(`${before}${encode(hit.text)}${after}`)).toEqual(new Set());
      }),
    );
  });
});

describe('a text without a secret', () => {
  const secret = { kind: 'session token', text: 'abcdefghijklmnopqrstuvwxyz0123456789ABCD' } as const;

  it.each([
    ['nothing', ''],
    ['less than a secret', 'abcdefghijklmnopqrstuvw'],
    ['its beginning', `${secret.text.slice(0, -1)}!`],
    ['its end', `!${secret.text.slice(1)}`],
  ])('holds %s', (_, text) => {
    expect(searchFor([secret])(text)).toEqual(new Set());
  });

  it('cannot be told where the secret is a few letters', () => {
    expect(() => searchFor([{ kind: 'external id', text: 'deputy' }])).toThrow(/6 characters is too short/);
  });
});
