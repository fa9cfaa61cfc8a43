/** Real templates that nobody of this project wrote: promoted, updated and left alone, or refused in words. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putPolicy } from '#cli/client/policies.ts';
import { renderText } from '#shared/domain/plan/render-text.ts';
import { canonicalJson, digestOf } from '#shared/domain/release/canonical-json.ts';
import { weakenBoundary } from '#test/e2e/break.ts';
import { openRehearsal, production, type Rehearsal } from '#test/e2e/rehearsed-world.ts';
import { expected, golden } from './expected.ts';
import { corpus, type Journey, travel } from './journey.ts';
import { nameOf, policy } from './pipeline.ts';

/** Of a parameter whose live value cannot be compared, so that a change set has to say whether it changes. */
const opaqueParameter = /AWS::SSM::Parameter::Value|NoEcho/;

const files = globSync('**/*.{yaml,yml}', { cwd: corpus }).sort();

describe.skipIf(!existsSync(corpus))(`templates of ${corpus} (skipped where the folder is absent)`, () => {
  let rehearsal: Rehearsal;
  let journey: Journey;

  beforeAll(async () => {
    rehearsal = await openRehearsal();
    weakenBoundary(rehearsal.sandbox, production.account, ['RolesOnlyInsideThisBoundary']);
    await putPolicy(rehearsal.apiAs('carol'), policy, 0);
    journey = await travel(rehearsal, files);
  }, 600_000);
  afterAll(() => rehearsal?.close());

  /** The course of a file's promotions, in the words of the table. */
  function courseOf(file: string) {
    const { problems, records } = journey.files.get(file)!;
    if (problems !== undefined) return { kind: 'refused', codes: problems.map(({ code }) => code) };
    const steps = records.map(({ promotion, deployments }) => [
      promotion.status,
      ...deployments.map(({ outcome, status }) => [outcome, status]),
    ]);
    return { kind: 'ran', steps, reasons: records.flatMap(({ rollouts }) => rollouts.flatMap((one) => one.reasons)) };
  }

  it('are all in the table', () => {
    expect(files).toEqual(Object.keys(expected).sort());
  });

  it.each(Object.entries(expected).filter(([, { kind }]) => kind === 'promoted'))(
    '%s is created, then updated, then left alone',
    (file) => {
      expect(courseOf(file)).toMatchObject({
        kind: 'ran',
        steps: [
          ['succeeded', ['deployed', 'CREATE_COMPLETE']],
          ['succeeded', ['deployed', 'UPDATE_COMPLETE']],
          ['unchanged', ['unchanged', 'UNCHANGED']],
        ],
        reasons: [],
      });
    },
  );

  it('25 of them are promoted, and where nothing changes CloudFormation is asked only about values that it does not show', () => {
    const promoted = [...journey.files].filter(([, { records }]) => records.length === 3).map(([file]) => file);
    expect(promoted).toHaveLength(25);
    const opaque = promoted.filter((file) => opaqueParameter.test(readFileSync(join(corpus, file), 'utf8')));
    const looked = opaque.filter((file) => golden.includes(file));
    expect(journey.idleChangeSets).toBe(opaque.length + looked.length);
  });

  it.each(
    Object.entries(expected).flatMap(([file, one]) => (one.kind === 'refused' ? [[file, one.codes] as const] : [])),
  )('%s is refused: %j', (file, codes) => {
    expect(courseOf(file)).toEqual({ kind: 'refused', codes });
  });

  it.each(Object.entries(expected).flatMap(([file, one]) => (one.kind === 'failed' ? [[file, one] as const] : [])))(
    '%s fails in words',
    (file, { code, text }) => {
      const course = courseOf(file);
      expect(course).toMatchObject({ kind: 'ran', reasons: [{ code, text: expect.stringMatching(text) }] });
      expect(course.steps?.map(([status]) => status)).toEqual(['failed']);
    },
  );

  it.each(golden)('the plans of %s read as they did, and are the same when only looked at', async (file) => {
    const { plans } = journey.files.get(file)!;
    const texts = plans.slice(0, 2).map(({ plan, digest, foreseen }) => {
      expect([digest, foreseen]).toEqual([digestOf(canonicalJson(plan)), digest]);
      return `${digest}\n${renderText(plan)}\n`;
    });
    expect(texts).toHaveLength(2);
    await expect(texts.join('\n')).toMatchFileSnapshot(`golden/${nameOf(file)}.txt`);
  });
});
