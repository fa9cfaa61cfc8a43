/** What the functions of a deployment find around them: ledger, documents, AWS, environment variables; and their log, kept quiet. */
import type { Context } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, vi } from 'vitest';
import { putDocument } from '#shared/aws/documents.ts';
import { recordTarget } from '#shared/aws/ledger/targets.ts';
import type { Artifact, Release } from '#shared/domain/release/release.ts';
import { anArtifact, aRelease, aTarget, templateText } from '#test/builders.ts';
import { fakeAccount } from '../aws/fake-account.ts';
import { fakeAws, objects, stsTrusts } from '../aws/fake-aws.ts';
import { ledgerTable } from '../aws/ledger-table.ts';
import { logged } from '../lambda/logged.ts';

export const context = {} as Context;
const preProduction = aTarget({
  name: 'pre-production',
  account: '222222222222',
  labels: { environment: 'pre-production' },
  externalId: 'external-id-of-pre-production',
});
const production = aTarget();

const environment = {
  DOCUMENTS_BUCKET: 'documents',
  EVENT_BUS: 'drawbridge',
  ARTIFACTS_BUCKET_PREFIX: 'drawbridge-artifacts-111111111111',
  STATE_MACHINE_ARN: 'arn:aws:states:eu-west-1:111111111111:stateMachine:drawbridge-promotion',
  ADMISSION_FUNCTION: 'drawbridge-admission',
  BROKER_FUNCTION: 'drawbridge-broker',
  DOCTOR_FUNCTION: 'drawbridge-doctor',
};

/** A deployment with both targets onboarded and nothing else, new for each test. */
export function deployment() {
  fakeAws();
  fakeAccount();
  const { ledger, item, put } = ledgerTable();
  const documents = { bucket: 'documents' };
  const found = { objects: new Map<string, string>(), log: undefined as unknown as ReturnType<typeof logged> };

  beforeAll(() => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  });
  beforeEach(async () => {
    found.log = logged();
    found.objects = objects();
    stsTrusts();
    await recordTarget(ledger, preProduction);
    await recordTarget(ledger, production);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
  });

  return {
    ledger,
    documents,
    item,
    put,
    found,
    /** A completed release with the templates that its stacks have by themselves: its digest. */
    release: async (change: Partial<Release> = {}) => {
      const release = aRelease(change);
      for (const { name, template } of release.stacks)
        if (!found.objects.has(template.key)) found.objects.set(template.key, templateText(name));
      return putDocument(documents, 'releases', release);
    },
    /** Uploads a template that a stack of the release is to have. */
    template: (text: string): Artifact => {
      const artifact = anArtifact('templates', text);
      found.objects.set(artifact.key, text);
      return artifact;
    },
  };
}
