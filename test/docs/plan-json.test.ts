/** docs/reference/plan-json.md, held to the schema of plans and to a plan that has everything. */
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { TargetPlan } from '#shared/domain/plan/stack-plan.ts';
import { richPlan } from '#test/domain/plan/rich-plan.ts';
import { codeBlocks, pageAt, rowsIn } from './pages.ts';
import { enumeratedIn, fieldsIn, type Shape } from './schema-fields.ts';

const page = pageAt('docs/reference/plan-json.md');
const schema = z.toJSONSchema(TargetPlan) as Shape;

describe('plan-json.md', () => {
  it('lists every field, and which are always there', () => {
    const listed = rowsIn(page)
      .slice(2)
      .map(([field = '', always = '']) => [field.replaceAll('`', ''), always]);
    const top = Object.keys(richPlan).filter((name) => name !== 'targets');
    expect(listed).toEqual([...top.map((name) => [name, 'yes']), ...fieldsIn(schema, 'targets[].')]);
  });

  it('names every value of every enumeration', () => {
    const values = new Set(enumeratedIn(schema));
    expect(values.size).toBeGreaterThan(20);
    expect([...values].filter((value) => !page.text.includes(`\`${value}\``))).toEqual([]);
  });

  it('shows a plan that fits the schema', () => {
    const [block] = codeBlocks(page).filter(({ language }) => language === 'json');
    const { targets, ...rest } = JSON.parse(block?.text ?? '');
    expect(Object.keys({ ...rest, targets })).toEqual(Object.keys(richPlan));
    for (const target of targets) expect(TargetPlan.parse(target)).toEqual(target);
  });
});
