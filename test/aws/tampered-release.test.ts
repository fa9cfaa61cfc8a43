/** B-61: what is planned is what was released, byte for byte, or nothing is asked of the account. */
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { beforeEach, expect, it } from 'vitest';
import { getDocument, putDocument } from '#shared/aws/documents.ts';
import { targetWork } from '#shared/aws/plan-target.ts';
import { canonicalJson, hexOf } from '#shared/domain/release/canonical-json.ts';
import { aPromotion, aRelease, aStack, aTarget, promotionId, templateText } from '#test/builders.ts';
import { cloudFormation, fakeAws, objects, s3, sts } from './fake-aws.ts';
import { ledgerTable } from './ledger-table.ts';

fakeAws();
const { ledger } = ledgerTable();
const documents = { bucket: 'documents' };
const artifacts = { prefix: 'drawbridge-artifacts-111111111111' };
const stack = aStack('api');
let stored: Map<string, string>;
beforeEach(() => {
  stored = objects();
});

const templateIs = (text: string) =>
  s3.on(GetObjectCommand, { Key: stack.template.key }).resolves({
    Body: { transformToByteArray: async () => new TextEncoder().encode(text) },
  } as never);
const work = (release: string) =>
  targetWork(
    { ledger, documents, artifacts },
    {
      promotion: promotionId,
      pipeline: aPromotion().pipeline,
      release,
      environment: 'production',
      round: 1,
      polls: 0,
      target: aTarget(),
    },
  );
const released = () => putDocument(documents, 'releases', aRelease({ stacks: [stack] }));

it('a release as it was recorded is planned', async () => {
  templateIs(templateText('api'));
  expect((await work(await released())).stacks).toMatchObject([{ desired: { templateDigest: stack.template.digest } }]);
});

it.each<[string, (digest: string) => void]>([
  [
    'a manifest that was changed',
    (digest) =>
      stored.set(
        `releases/${hexOf(digest)}.json`,
        canonicalJson(aRelease({ stacks: [{ ...stack, stackName: 'other' }] })),
      ),
  ],
  ['a template that was changed', () => templateIs(`${templateText('api')}# and more`)],
])('%s: DIGEST_MISMATCH, and no change set', async (_name, tamper) => {
  templateIs(templateText('api'));
  const digest = await released();
  expect(await getDocument(documents, 'releases', digest)).toBeDefined();
  tamper(digest);
  await expect(work(digest)).rejects.toMatchObject({ name: 'DIGEST_MISMATCH', problem: { exit: 3 } });
  expect([...cloudFormation.calls(), ...sts.calls()]).toEqual([]);
});
